import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after } from 'node:test';
import { Database } from '#store/database.ts';
import type { Write } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import { type Outcome, Writer } from '#store/writer.ts';
import type { TestDatabase } from './database.ts';

/** A way to a database that can be frozen: connections stay, and nothing comes through them, as when a network or a machine hangs. */
export type StallingProxy = {
  connection: TestDatabase['connection'];
  freeze: () => void;
  thaw: () => void;
  /** Freezes what is open, and lets new connections through: as after a failover from a server that fell silent. */
  failOver: () => void;
};

/** Listens on loopback before the database; closed when the test ends, or the file where there is none. */
export async function startStallingProxy({ connection }: TestDatabase): Promise<StallingProxy> {
  const { host, port } = connection;
  const sockets = new Set<Socket>();
  let frozen = false;
  const proxy = createServer((client) => {
    const upstream = host?.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(Number(port), host);
    for (const [one, two] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => two.write(bytes));
      one.on('error', () => two.destroy()).on('close', () => sockets.delete(one) && two.destroy());
      if (frozen) one.pause();
    }
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    connection: { ...connection, host: '127.0.0.1', port: (proxy.address() as { port: number }).port },
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    failOver: () => {
      frozen = false;
      for (const socket of sockets) socket.pause();
    },
  };
}

/** A writer that counts what it is asked for. */
export class CountingWriter extends Writer {
  asked = 0;

  override commit(write: Write): Promise<Outcome> {
    this.asked += 1;
    return super.commit(write);
  }
}

/** Has a store write through a way that can be frozen, until the test ends, while everything else goes on. It is connected by the first write. */
export async function stallWrites(
  store: Store,
  database: TestDatabase,
  limits: { maxWaiting?: number; maxBatch?: number } = {},
): Promise<StallingProxy & { writer: CountingWriter }> {
  const proxy = await startStallingProxy(database);
  const far = new Database(proxy.connection, { maxConnections: 2 });
  const writer = new CountingWriter(far, limits);
  const usual = store.writer;
  store.writer = writer;
  after(() => {
    store.writer = usual;
    return far.close();
  });
  return { ...proxy, writer };
}
