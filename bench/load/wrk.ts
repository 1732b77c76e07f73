import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { planOf } from './plan.ts';
import type { Mix } from './target.ts';

const script = fileURLToPath(new URL('request.lua', import.meta.url));

/** What wrk saw of one run. Latencies in milliseconds. */
export type Seen = {
  requests: number;
  seconds: number;
  /** Answers with a status that the operation does not expect. */
  wrong: number;
  /** Connections that could not be made or broke, and requests without an answer. */
  failed: number;
  statuses: Record<string, number>;
  p50: number;
  p99: number;
};

export type Load = { url: string; mix: Mix; connections: number; seconds: number; accounts: number };

/**
 * Sends requests for so many seconds over so many connections, each as soon as the one before is answered, by one thread.
 *
 * @param workspace a directory for the plan
 * @throws Error when wrk cannot be run or says nothing
 */
export async function runWrk(workspace: string, { url, mix, connections, seconds, accounts }: Load): Promise<Seen> {
  const plan = join(workspace, 'plan.lua');
  const threads = 1;
  writeFileSync(plan, planOf(mix, new URL(url).host, accounts, threads));
  const options = ['-t', String(threads), '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s'];
  const { stdout, stderr } = await promisify(execFile)('wrk', [...options, '-s', script, url, '--', plan]);
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk reported no result:\n${stdout}${stderr}`);
  return JSON.parse(line);
}
