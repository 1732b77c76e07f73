import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../scripts/installation/program.ts';
import { Trouble } from '../trouble.ts';
import type { Connection } from './cluster.ts';
import { Daemon, databaseUser } from './daemon.ts';
import type { Programs } from './packages.ts';
import { newSecrets, parameters } from './settings.ts';

/** Starts one PostgreSQL by itself, set as those of the cluster are: what they are compared with. */
export async function startSingle(
  directory: string,
  { postgres }: Programs,
): Promise<{ connection: Connection; stop: () => Promise<void> }> {
  const user = databaseUser();
  const { superuser: password } = newSecrets();
  const place = join(directory, 'single');
  mkdirSync(place, { mode: 0o700 });
  const passwordFile = join(place, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [place, passwordFile]) chownSync(path, user.uid, user.gid);
  const data = join(place, 'data');
  const options = ['-A', 'scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums'];
  const name = ['-U', 'postgres', `--pwfile=${passwordFile}`];
  execFileSync(join(postgres, 'initdb'), ['-D', data, ...options, ...name], { ...user, cwd: place, stdio: 'ignore' });
  const port = await freePort();
  const settings = { ...parameters, listen_addresses: '127.0.0.1', port, unix_socket_directories: place };
  const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const log = join(place, 'postgres.log');
  const daemon = new Daemon(join(postgres, 'postgres'), ['-D', data, ...args], { user, directory: place, log });
  daemon.start();
  const connection = { host: '127.0.0.1', port, user: 'postgres', password, database: 'tessera' };
  await createDatabase({ ...connection, database: 'postgres', ssl: false }, daemon);
  return { connection, stop: () => daemon.end('SIGINT') };
}

async function createDatabase(connection: pg.ClientConfig, daemon: Daemon): Promise<void> {
  while (daemon.running) {
    const client = new pg.Client(connection);
    try {
      await client.connect();
      await client.query(`create database tessera encoding 'UTF8' template template0`);
      return;
    } catch (error) {
      // It is still starting, or does not listen yet.
      if (!['57P03', 'ECONNREFUSED'].includes((error as { code?: string }).code ?? '')) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new Trouble('A PostgreSQL by itself could not be started.');
}
