import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { installPackages } from '../packages.ts';

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

/**
 * Finds the programs of the cluster; as root installs from Debian what is missing. What is installed stays installed, and no service
 * of it is started. PostgreSQL is Debian's own version.
 *
 * @throws Trouble that says what to do, when they are missing and cannot be installed
 */
export function findPrograms(): Programs {
  const missing = Object.values(programs).flatMap((one) => (existsSync(one.path) ? [] : [one.package]));
  installPackages([...missing, ...(postgresDirectory() ? [] : ['postgresql'])]);
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
