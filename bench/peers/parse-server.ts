import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/installation/program.ts';
import type { Operation } from '../load/target.ts';
import { changedAccount, loadedAt, loadStatement, type Member, members, newAccount } from './accounts.ts';
import { createPeerDatabase } from './database.ts';
import { installPackages } from './install.ts';
import { type Peer, packagesOf } from './peer.ts';
import { startProgram } from './program.ts';
import { send } from './send.ts';

const { directory, version } = packagesOf('parse-server');
const appId = 'bench';
const masterKey = 'bench-master-key';
const headers = {
  'X-Parse-Application-Id': appId,
  // Servers authenticate with it. It spares parse-server all checks of permissions.
  'X-Parse-Master-Key': masterKey,
  'Content-Type': 'application/json',
};

/**
 * What parse-server does not do where Tessera does, in
 *
 * - create: number the record, write an audit record and a change for the log, remember an Idempotency-Key, compare e-mail addresses
 *   trimmed and in lower case, check more of a member than its type. It answers the identifier, the time and what it filled in.
 * - get: ask for a tenant, count against a rate limit, tell a version: its ETag is a digest of the body, made anew for each answer.
 * - patch: heed If-Match, write an audit record and a change. It answers the time only.
 */
const operations: Record<'create' | 'get' | 'patch', Operation> = {
  create: { method: 'POST', path: '/parse/classes/Account', headers, body: newAccount('objectId'), expects: [201] },
  get: { method: 'GET', path: '/parse/classes/Account/bench-{n}', headers, expects: [200] },
  patch: { method: 'PUT', path: '/parse/classes/Account/bench-{n}', headers, body: changedAccount, expects: [200] },
};

/** One process, as its command line starts it; its pool of ten connections. */
export const parseServer: Peer = {
  name: 'parse-server',
  version,
  install: () => installPackages(directory),
  start: async (workspace, postgres, accounts) => {
    const open = new AsyncDisposableStack();
    try {
      const own = join(workspace, 'parse-server');
      mkdirSync(own, { recursive: true });
      const { connection, query, drop } = await createPeerDatabase(postgres, 'parse-server');
      open.defer(drop);
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const settings = {
        appId,
        masterKey,
        serverURL: `${url}/parse`,
        host: '127.0.0.1',
        port,
        databaseURI: `postgres://${connection.user}@localhost/${connection.database}`,
        // A socket's directory fits into no URI. parse-server logs that it does not know these members, and heeds them.
        databaseOptions: { host: connection.host, port: connection.port },
        allowCustomObjectId: true,
        logLevel: 'error',
        logsFolder: null,
      };
      const file = join(own, 'settings.json');
      writeFileSync(file, JSON.stringify(settings));
      const command = [join(directory, 'node_modules/parse-server/bin/parse-server'), file];
      const { pid, stop } = await startProgram({ command, directory: own, environment: {} }, `${url}/parse/health`);
      open.defer(stop);
      const fields = Object.fromEntries(members.map((member) => [member.name, fieldOf(member)]));
      for (const name of ['createdBy', 'changedBy']) fields[name] = { type: 'String', defaultValue: 'bench' };
      await send(`${url}/parse/schemas/Account`, headers, { className: 'Account', fields });
      // It defines no unique indexes itself on PostgreSQL, but answers 400 with code 137 to what one refuses.
      await query(`create unique index on "Account" (email)`);
      const written = {
        createdAt: `'${loadedAt}'`,
        updatedAt: `'${loadedAt}'`,
        createdBy: `'bench'`,
        changedBy: `'bench'`,
      };
      await query(loadStatement('"Account"', accounts, { objectId: `'bench-' || v.k`, ...written }));
      await query('vacuum (analyze) "Account"');
      return { name: 'parse-server', url, operations, pids: [pid], stop: () => open.disposeAsync() };
    } catch (error) {
      await open.disposeAsync();
      throw error;
    }
  },
};

const types = {
  text: 'String',
  integer: 'Number',
  boolean: 'Boolean',
  date: 'String',
  object: 'Object',
  list: 'Array',
};

function fieldOf({ kind, initial }: Member): { type: string; defaultValue?: string | boolean } {
  return { type: types[kind], ...(initial === undefined ? {} : { defaultValue: initial }) };
}
