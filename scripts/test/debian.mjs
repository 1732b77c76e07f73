import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

/** What the SQL of the server is written for; the lowest one finds what newer ones forgive. */
const oldest = 15;

/** Debian's PostgreSQL as `binaries` of startEmbedded, or undefined. In CI, root fetches it when it is missing. */
export function debianBinaries() {
  const found = installed();
  if (found || !process.env.CI || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  process.stdout.write('Installing PostgreSQL from Debian ...\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const parameters of [
    ['update', '-q'],
    ['install', '-yq', '--no-install-recommends', 'postgresql'],
  ]) {
    spawnSync('apt-get', parameters, { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 180_000 });
  }
  return installed();
}

function installed() {
  const programs = globSync('/usr/lib/postgresql/*/bin/postgres');
  const majors = programs.map((path) => Number(path.split('/').at(-3))).filter((major) => major >= oldest);
  if (majors.length === 0) return undefined;
  const major = String(Math.min(...majors));
  return { directory: `/usr/lib/postgresql/${major}/bin`, major };
}
