import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

/** Programs that measure, each with what it is needed for and Debian's package. */
const wanted = {
  wrk: { package: 'wrk', find: () => onPath('wrk'), without: 'no server can be measured' },
  pgbench: {
    package: 'postgresql',
    find: findPgbench,
    without: 'PostgreSQL itself is not measured, so there are no ratios to it',
  },
};

export type Tools = {
  /** Paths; absent: not installed and not installable. */
  wrk?: string;
  pgbench?: string;
  /** Versions, and what is missing and therefore not measured. */
  versions: Record<string, string>;
  missing: string[];
};

/** Finds the programs; as root on Debian it installs what is not there. */
export function findTools(): Tools {
  const absent = Object.values(wanted).filter(({ find }) => find() === undefined);
  if (absent.length > 0) install(absent.map((tool) => tool.package));
  const tools: Tools = { versions: {}, missing: [] };
  for (const [name, tool] of Object.entries(wanted)) {
    const path = tool.find();
    if (path === undefined) {
      tools.missing.push(`${name} is not installed (Debian's package is ${tool.package}): ${tool.without}.`);
    } else {
      tools[name as keyof typeof wanted] = path;
      tools.versions[name] = versionOf(path);
    }
  }
  return tools;
}

function install(packages: string[]): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  process.stdout.write(`Installing ${packages.join(' and ')} from Debian ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const parameters of [
    ['update', '-q'],
    ['install', '-yq', '--no-install-recommends', ...packages],
  ]) {
    spawnSync('apt-get', parameters, { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  }
}

/** Not Debian's wrapper of /usr/bin, which is a script that looks for clusters first. */
function findPgbench(): string | undefined {
  const majors = globSync('/usr/lib/postgresql/*/bin/pgbench').sort((one, other) => major(other) - major(one));
  return majors[0] ?? onPath('pgbench');
}

function major(path: string): number {
  return Number(path.split('/').at(-3));
}

function onPath(name: string): string | undefined {
  const directories = (process.env.PATH ?? '').split(':');
  return directories.map((directory) => `${directory}/${name}`).find((path) => existsSync(path));
}

function versionOf(path: string): string {
  const { stdout, stderr } = spawnSync(path, [path.endsWith('wrk') ? '-v' : '--version'], { encoding: 'utf8' });
  return (
    (stdout || stderr)
      .split('\n')[0]
      ?.replace(/ Copyright.*/, '')
      .trim() ?? 'unknown'
  );
}
