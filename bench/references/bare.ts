import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Target } from '../load/target.ts';
import type { Stage } from '../stage/stage.ts';
import { createInOne } from './create.ts';
import { accountById, clientById } from './reads.ts';
import { sessionOptions } from './session.ts';

const program = fileURLToPath(new URL('bare-server.ts', import.meta.url));

/** A statement for the driver: `$1` is the value called `names[0]`. */
type Prepared = { name: string; text: string; names: string[]; values: Record<string, string | number> };

export type BareSettings = {
  connection: pg.ClientConfig;
  /** Answer of /constant. */
  constant: string;
  client: Prepared;
  account: Prepared;
  create: Prepared;
};

/**
 * Starts a bare Fastify. `constant`: answers a text as long as a native get. `get` and `create`: asks PostgreSQL by plain prepared
 * statements, none of which it shares: who has the key, then the account, or the rows of a create in one statement.
 */
export async function startBare({ database, reference, samples, example }: Stage): Promise<Target> {
  const values = { organisation: reference.id, client: reference.clientId };
  const create = createInOne(samples.create, reference);
  const settings: BareSettings = {
    connection: {
      ...database.connection,
      ssl: false,
      options: sessionOptions(reference.id),
    },
    constant: example.text,
    client: prepared('client', clientById, values),
    account: prepared('account', accountById, values),
    create: prepared('create', create.script.replace(/;\s*$/, ''), { ...values, ...create.variables }),
  };
  const child = fork(program);
  const ended = once(child, 'exit');
  child.send(settings);
  const [{ port }] = (await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('The bare server did not start.'))),
  ])) as [{ port: number }];
  return {
    name: 'bare Fastify',
    url: `http://127.0.0.1:${port}`,
    operations: {
      constant: { method: 'GET', path: '/constant', expects: [200] },
      get: { method: 'GET', path: '/accounts/bench-{n}', expects: [200] },
      create: {
        method: 'POST',
        path: '/accounts',
        headers: { 'Content-Type': 'application/json' },
        body: '{"customer":{}}',
        expects: [201],
      },
    },
    pids: [child.pid as number],
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Names of pgbench's variables become places. */
function prepared(name: string, script: string, values: Prepared['values']): Prepared {
  const names: string[] = [];
  const text = script.replace(/(?<!:):([a-z_]\w*)/g, (_, variable: string) => {
    if (!names.includes(variable)) names.push(variable);
    return `$${names.indexOf(variable) + 1}`;
  });
  return { name, text, names, values };
}
