import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const patience = 900_000;

/**
 * Fetches the packages of a peer's own lock file into its directory, unless they are there. Their install scripts are not run.
 *
 * @returns a sentence why that failed; undefined when they are there
 */
export async function installPackages(directory: string): Promise<string | undefined> {
  const mark = join(directory, 'node_modules/.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(directory, 'package-lock.json')))
    .digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return undefined;
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await promisify(execFile)('npm', ['ci', ...options], { cwd: directory, timeout: patience });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return `npm could not install its packages: ${stderr?.trim() || message}`;
  }
  writeFileSync(mark, wanted);
  return undefined;
}
