import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/installation/program.ts';
import type { Operation } from '../load/target.ts';
import { changedAccount, loadedAt, loadStatement, type Member, members, newAccount } from './accounts.ts';
import { createPeerDatabase } from './database.ts';
import { installPackages } from './install.ts';
import { type Peer, packagesOf } from './peer.ts';
import { runProgram, startProgram } from './program.ts';
import { send } from './send.ts';

const { directory, version } = packagesOf('directus');
const token = 'bench-static-token';
// Servers authenticate with a user's static token. An administrator's spares Directus all checks of permissions.
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };

/**
 * What Directus does not do where Tessera does, in
 *
 * - create: number the record, remember an Idempotency-Key, compare e-mail addresses trimmed and in lower case, write a change for a log
 *   that can be followed.
 * - get: ask for a tenant, count against a rate limit, tell a version: its ETag is a digest of the body, made anew for each answer.
 * - patch: heed If-Match.
 *
 * It does write who did what (directus_activity) and what the record was then (directus_revisions), as Tessera does with audit and history.
 */
const operations: Record<'create' | 'get' | 'patch', Operation> = {
  create: { method: 'POST', path: '/items/account', headers, body: newAccount('id'), expects: [200] },
  get: { method: 'GET', path: '/items/account/bench-{n}', headers, expects: [200] },
  patch: { method: 'PATCH', path: '/items/account/bench-{n}', headers, body: changedAccount, expects: [200] },
};

/** One process; its pool of ten connections; no cache of data, which would answer what is no longer so. */
export const directus: Peer = {
  name: 'Directus',
  version,
  install: () => installPackages(directory),
  start: async (workspace, postgres, accounts) => {
    const open = new AsyncDisposableStack();
    try {
      const own = join(workspace, 'directus');
      for (const name of ['extensions', 'uploads']) mkdirSync(join(own, name), { recursive: true });
      const { connection, query, drop } = await createPeerDatabase(postgres, 'directus');
      open.defer(drop);
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const environment = {
        HOST: '127.0.0.1',
        PORT: String(port),
        PUBLIC_URL: url,
        DB_CLIENT: 'pg',
        DB_HOST: connection.host,
        DB_PORT: String(connection.port),
        DB_USER: connection.user,
        DB_DATABASE: connection.database,
        SECRET: 'bench-secret-of-nothing-but-this-benchmark',
        ADMIN_EMAIL: 'admin@example.org',
        ADMIN_PASSWORD: 'bench-password',
        ADMIN_TOKEN: token,
        LOG_LEVEL: 'warn',
        TELEMETRY: 'false',
        SERVE_APP: 'false',
        // Else it refuses requests with 503 as soon as its process is busy all the time.
        PRESSURE_LIMITER_ENABLED: 'false',
      };
      // Not by its own command, which asks npm's registry first whether there is a newer version.
      const program = join(directory, 'node_modules/@directus/api/dist/cli/run.js');
      await runProgram({ command: [program, 'bootstrap'], directory: own, environment });
      const command = [program, 'start'];
      const { pid, stop } = await startProgram({ command, directory: own, environment }, `${url}/server/ping`);
      open.defer(stop);
      await send(`${url}/collections`, headers, { collection: 'account', schema: {}, meta: {}, fields: fields() });
      const user = '(select id from directus_users)';
      const written = { createdAt: `'${loadedAt}'`, changedAt: `'${loadedAt}'`, createdBy: user, changedBy: user };
      await query(loadStatement('account', accounts, { id: `'bench-' || v.k`, ...written }));
      await query('vacuum (analyze) account');
      return { name: 'Directus', url, operations, pids: [pid], stop: () => open.disposeAsync() };
    } catch (error) {
      await open.disposeAsync();
      throw error;
    }
  },
};

function fields(): object[] {
  return [
    { field: 'id', type: 'string', schema: { is_primary_key: true, is_nullable: false, max_length: 60 }, meta: {} },
    ...members.map(fieldOf),
    { field: 'createdAt', type: 'timestamp', schema: {}, meta: { special: ['date-created'] } },
    { field: 'changedAt', type: 'timestamp', schema: {}, meta: { special: ['date-created', 'date-updated'] } },
    { field: 'createdBy', type: 'uuid', schema: {}, meta: { special: ['user-created'] } },
    { field: 'changedBy', type: 'uuid', schema: {}, meta: { special: ['user-created', 'user-updated'] } },
  ];
}

const types = { text: 'string', integer: 'bigInteger', boolean: 'boolean', date: 'date', object: 'json', list: 'json' };

function fieldOf({ name, kind, initial }: Member): object {
  const unique = name === 'email' ? { is_unique: true } : {};
  const schema = { ...unique, ...(initial === undefined ? {} : { default_value: initial }) };
  const meta = kind === 'object' || kind === 'list' ? { special: ['cast-json'] } : {};
  return { field: name, type: types[kind], schema, meta };
}
