import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { installPackages } from '../packages.ts';
import { Trouble } from '../trouble.ts';

/** Programs that measure, each with what it is needed for and Debian's package. */
const wanted = {
  wrk: { package: 'wrk', find: () => onPath('wrk'), without: 'no server can be measured' },
  pgbench: {
    package: 'postgresql',
    find: findPgbench,
    without: 'PostgreSQL itself is not measured, so there are no ratios to it',
  },
};

/** The first version of pgbench that sends statements without waiting for answers. */
const pipelinesSince = 14;

export type PgbenchProgram = { path: string; pipelines: boolean };

export type Tools = {
  /** Whether it is on the PATH, from where it is called. */
  wrk: boolean;
  /** Absent: not installed and not installable. */
  pgbench?: PgbenchProgram;
  /** Versions, and what is missing and therefore not measured. */
  versions: Record<string, string>;
  missing: string[];
};

/** Finds the programs; as root on Debian it installs what is not there. */
export function findTools(): Tools {
  const absent = Object.values(wanted).filter(({ find }) => find() === undefined);
  const tools: Tools = { wrk: false, versions: {}, missing: installed(absent.map((tool) => tool.package)) };
  for (const [name, { find, without, package: debian }] of Object.entries(wanted)) {
    const path = find();
    if (path === undefined) {
      tools.missing.push(`${name} is not installed (Debian's package is ${debian}): ${without}.`);
      continue;
    }
    const version = versionOf(path);
    tools.versions[name] = version;
    if (name === 'wrk') tools.wrk = true;
    else tools.pgbench = pgbenchAt(path, version, tools.missing);
  }
  return tools;
}

/** Why packages could not be installed: nothing or one sentence. */
function installed(packages: string[]): string[] {
  try {
    installPackages(packages);
    return [];
  } catch (error) {
    if (error instanceof Trouble) return [error.message];
    throw error;
  }
}

function pgbenchAt(path: string, version: string, missing: string[]): PgbenchProgram {
  const pipelines = Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]) >= pipelinesSince;
  if (!pipelines)
    missing.push(`a pipelined create by pgbench, which can do that from ${pipelinesSince} on; this is ${version}.`);
  return { path, pipelines };
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
