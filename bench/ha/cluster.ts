import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../scripts/installation/program.ts';
import { Trouble } from '../trouble.ts';
import { Daemon, databaseUser } from './daemon.ts';
import { Node } from './node.ts';
import type { Programs } from './packages.ts';
import { haproxyConfiguration, newSecrets } from './settings.ts';

/** How Patroni sees a node. */
type Seen = { name: string; role: string; state: string };

/** Who leads, and without whom the leader commits nothing. */
export type Roles = { leader: Node; synchronous: Node };

/** Where Tessera finds its database: through HAProxy. */
export type Connection = { host: string; port: number; user: string; password: string; database: string };

export type Cluster = {
  nodes: readonly Node[];
  connection: Connection;
  /** Roles once all nodes are there: one leads, all others follow it, one of them synchronously. */
  whole: () => Promise<Roles>;
  /** Asks the leader as the superuser, in Tessera's database. */
  query: (text: string) => Promise<Record<string, unknown>[]>;
  /** Has Patroni pass the lead on, as for maintenance. */
  switchOver: (roles: Roles) => Promise<void>;
  stop: () => Promise<void>;
};

const startPatience = 120_000;
const names = ['one', 'two', 'three'];

/** Starts three PostgreSQL, the Patronis and the etcd that agree who leads, and the HAProxy that leads there; all in `directory`. */
export async function startCluster(directory: string, programs: Programs): Promise<Cluster> {
  const user = databaseUser();
  const secrets = newSecrets();
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const own = (path: string) => chownSync(path, user.uid, user.gid);
  const daemon = (command: string, args: string[], name: string) =>
    new Daemon(command, args, { user, directory, log: join(directory, `${name}.log`) });

  const [clients, peers] = [`http://127.0.0.1:${etcdPort}`, `http://127.0.0.1:${peerPort}`];
  const etcd = daemon(
    programs.etcd,
    [
      ...['--name', 'etcd', '--data-dir', join(directory, 'etcd')],
      ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `etcd=${peers}`],
    ],
    'etcd',
  );
  const nodes: Node[] = [];
  for (const name of names) {
    const ports = { postgres: await freePort(), rest: await freePort() };
    nodes.push(new Node(name, ports, { directory, user, programs, etcd: etcdPort, secrets }));
  }
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(
    file,
    haproxyConfiguration(
      port,
      nodes.map(({ name, ports }) => ({ name, ...ports })),
    ),
  );
  own(file);
  const haproxy = daemon(programs.haproxy, ['-db', '-f', file], 'haproxy');

  const host = '127.0.0.1';
  const superuser = { host, port, user: 'postgres', password: secrets.superuser, ssl: false };
  const administrated = { ...superuser, database: 'tessera' };
  const connection = { host, port, user: 'tessera', password: secrets.tessera, database: 'tessera' };

  /** Until its first checks HAProxy takes every node for the leader: the nodes take turns. */
  async function leadsToLeader(): Promise<void> {
    for (let right = 0; right < 2 * nodes.length; ) {
      const rows = await ask(administrated, 'select pg_is_in_recovery() as standby').catch(() => []);
      right = rows[0]?.standby === false ? right + 1 : 0;
      if (right === 0) await sleep(200);
    }
  }

  async function roles(): Promise<Roles | undefined> {
    const members = await seen(nodes);
    const named = (role: string) => nodes.find(({ name }) => members.find((one) => one.name === name)?.role === role);
    const [leader, synchronous] = [named('leader'), named('sync_standby')];
    const allThere = members.length === nodes.length && members.every(({ state }) => /running|streaming/.test(state));
    return leader && synchronous && allThere ? { leader, synchronous } : undefined;
  }

  async function whole(): Promise<Roles> {
    const began = performance.now();
    for (;;) {
      for (const node of nodes) node.start();
      const found = await roles();
      if (found) return found;
      if (performance.now() - began > startPatience)
        throw new Trouble(`The cluster does not become whole: ${JSON.stringify(await seen(nodes))}`);
      await sleep(500);
    }
  }

  async function stop(): Promise<void> {
    await haproxy.end('SIGKILL');
    await Promise.all(nodes.map((node) => node.stop()));
    await etcd.end('SIGKILL');
  }

  try {
    etcd.start();
    const { leader } = await whole();
    const administrator = { ...superuser, port: leader.ports.postgres, database: 'postgres' };
    await ask(administrator, `create role tessera login createrole password '${secrets.tessera}'`);
    await ask(administrator, `create database tessera owner tessera encoding 'UTF8' template template0`);
    haproxy.start();
    await leadsToLeader();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nodes,
    connection,
    whole,
    query: (text) => ask(administrated, text),
    switchOver: async ({ leader, synchronous }) => {
      const body = JSON.stringify({ leader: leader.name, candidate: synchronous.name });
      const response = await fetch(`${leader.rest}/switchover`, { method: 'POST', body });
      if (!response.ok)
        throw new Trouble(`Patroni refused to pass the lead on: ${response.status} ${await response.text()}`);
    },
    stop,
  };
}

/** A directory for all of it, which the databases' user can search; gone when disposed. */
export function temporaryDirectory(): { path: string; [Symbol.dispose]: () => void } {
  const { uid, gid } = databaseUser();
  const path = mkdtempSync(join(tmpdir(), 'tessera-ha-'));
  chownSync(path, uid, gid);
  chmodSync(path, 0o700);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The members as the first Patroni that answers sees them; none when nobody answers. */
async function seen(nodes: readonly Node[]): Promise<Seen[]> {
  for (const { rest } of nodes) {
    try {
      const response = await fetch(`${rest}/cluster`, { signal: AbortSignal.timeout(2000) });
      return ((await response.json()) as { members: Seen[] }).members;
    } catch {
      // Another one may be up.
    }
  }
  return [];
}

async function ask(to: pg.ClientConfig, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...to, connectionTimeoutMillis: 5000 });
  client.on('error', () => {}); // the query rejects with it
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
