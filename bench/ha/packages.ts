import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, rmSync, writeFileSync } from 'node:fs';

/** A program of the cluster, and the Debian package it comes from. */
const programs = {
  patroni: { path: '/usr/bin/patroni', package: 'patroni' },
  etcd: { path: '/usr/bin/etcd', package: 'etcd-server' },
  haproxy: { path: '/usr/sbin/haproxy', package: 'haproxy' },
} as const;

export type Programs = Record<keyof typeof programs, string> & {
  /** Directory of postgres, initdb, pg_rewind. */
  postgres: string;
};

const policy = '/usr/sbin/policy-rc.d';

/**
 * Finds the programs of the cluster; as root installs from Debian what is missing. What is installed stays installed, and no service
 * of it is started. PostgreSQL is Debian's own version.
 *
 * @throws Error that names the packages, when they are missing and cannot be installed
 */
export function findPrograms(): Programs {
  const missing = Object.values(programs).flatMap((one) => (existsSync(one.path) ? [] : [one.package]));
  install([...missing, ...(postgresDirectory() ? [] : ['postgresql'])]);
  const postgres = postgresDirectory();
  if (!postgres) throw new Error('PostgreSQL of Debian is missing');
  const { patroni, etcd, haproxy } = programs;
  return { patroni: patroni.path, etcd: etcd.path, haproxy: haproxy.path, postgres };
}

/** The first line that each program says of its version. */
export function versionsOf({ patroni, etcd, haproxy, postgres }: Programs): string[] {
  const asked: [string, string][] = [
    [`${postgres}/postgres`, '--version'],
    [patroni, '--version'],
    [etcd, '--version'],
    [haproxy, '-v'],
  ];
  return asked.map(([program, option]) => {
    const { stdout } = spawnSync(program, [option], { encoding: 'utf8' });
    return stdout.split('\n')[0]?.replace(/ - https.*| \d{4}\/\d{2}\/\d{2}/g, '') ?? program;
  });
}

function postgresDirectory(): string | undefined {
  const major = (path: string) => Number(path.split('/').at(-2));
  return globSync('/usr/lib/postgresql/*/bin').sort((one, other) => major(other) - major(one))[0];
}

function install(packages: string[]): void {
  if (packages.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`Missing from Debian: ${packages.join(', ')}. Run as root: ${command}`);
  process.stdout.write(`${command}\n`);
  const allow = forbidServices();
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const options of [['update', '-q'], command.split(' ').slice(1)]) {
      const { status, stderr } = spawnSync('apt-get', options, { env, encoding: 'utf8', timeout: 300_000 });
      if (status !== 0) throw new Error(`apt-get ${options[0]} failed: ${stderr}`);
    }
  } finally {
    allow();
  }
}

/** Has Debian's packages start nothing (policy-rc.d), until the returned function is called. A policy that is there stays. */
function forbidServices(): () => void {
  if (existsSync(policy)) return () => {};
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  return () => rmSync(policy);
}
