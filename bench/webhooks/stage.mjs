import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCache } from '../../scripts/installation/compile-cache.ts';
import { databaseUrl, openDatabase, startDatabase } from '../../scripts/installation/database.ts';
import { freePort, Program } from '../../scripts/installation/program.ts';
import { createTenants, publicUrl, subscribe } from '../../scripts/installation/tenant.ts';
import { openClient } from './client.mjs';
import { startReceiver } from './receiving.mjs';

/** Clock ticks of /proc a second, on every Linux there is. */
const ticks = 100;

/**
 * Everything that is measured: PostgreSQL, a server, a worker that can be started and stopped, a receiver, an organisation.
 *
 * @param workerInside whether the server does the worker's work too
 * @param environment further variables of server and worker
 */
export async function openStage(directory, { workerInside = false, environment = {} } = {}) {
  const open = new AsyncDisposableStack();
  try {
    const place = join(directory, randomBytes(4).toString('hex'));
    const started = await startDatabase(place);
    open.defer(started.close);
    const database = await openDatabase(started.connection);
    open.defer(database.close);
    const all = {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: await compileCache(directory),
      DATA_DIR: join(place, 'data'),
      DATABASE_URL: databaseUrl(database.connection),
      PUBLIC_URL: publicUrl,
      DEMO: 'false',
      LOG_LEVEL: 'warn',
      EVIDENCE_KEY: randomBytes(32).toString('base64'),
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      ...environment,
    };
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const own = { ...all, PORT: port, WORKER: String(workerInside) };
    const server = new Program({ name: 'server', args: ['start'], url, environment: own });
    const worker = new Program({ name: 'worker', args: ['worker'], environment: all });
    open.defer(() => Promise.all([server.kill(), worker.kill()]));
    await server.start();
    const receiver = await startReceiver();
    open.defer(receiver.stop);
    const [tenant] = await createTenants(database.connection, ['Bench']);
    const client = openClient(url, tenant.key);
    open.defer(client.close);

    return {
      connection: database.connection,
      query: database.query,
      server,
      worker,
      receiver,
      tenant,
      client,
      subscribe: (path, members = {}) => subscribe(url, tenant, { url: receiver.url(path), ...members }),
      setState: ({ id }, state) => client.send('PATCH', `/v1/webhook-subscriptions/${id}`, { state }),
      /** Waits until nothing is left to dispatch or to deliver to a subscription. */
      async settled({ id }) {
        const left = `select (select count(*) from webhook_delivery where due_at is not null and subscription_id = $1) +
          (select sum(c.change_number - d.position) from webhook_dispatch d join organisation_counter c using (organisation_id)) as left`;
        while (Number((await database.query(left, [id]))[0].left) > 0) await sleep(50);
      },
      close: () => open.disposeAsync(),
    };
  } catch (error) {
    await open.disposeAsync();
    throw error;
  }
}

/** Seconds of processor time that a process has had so far. */
export function processorTime({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}
