import { parentPort, workerData } from 'node:worker_threads';
import { pino } from 'pino';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { evidence } from '../../support/evidence.ts';

/** A second server, in a thread of its own: it shares the database with the first one, and no memory. Posts its port. */
const addressLimits = { identified: 1_000_000, unidentified: 1_000_000 };
const app = buildServer({
  store: openStore(workerData.connection, { maxConnections: 4 }),
  config: { publicUrl: workerData.publicUrl, trustedProxies: [], addressLimits, evidence, checkResponses: true },
  log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
});
const address = await app.listen({ port: 0, host: '127.0.0.1' });
parentPort?.postMessage(Number(new URL(address).port));
