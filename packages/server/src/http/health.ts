import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { missingMigrations } from '#store/readiness.ts';
import type { Store } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { Metrics } from './metrics.ts';

/** Serves what operators watch: `/healthz` (the process is up), `/readyz` (it can serve), `/metrics` (Prometheus). Needs no key. */
export function serveHealth(app: FastifyInstance, { store, metrics }: { store: Store; metrics: Metrics }): void {
  app.get('/healthz', async (_request, reply) => reply.header('Cache-Control', 'no-store').send({ status: 'up' }));

  // Probes that come together share one look: this page is public, and asks the database.
  let looking: Promise<string | undefined> | undefined;
  app.get('/readyz', async (request, reply) => {
    looking ??= hindrance(store, request.log).finally(() => {
      looking = undefined;
    });
    const reason = await looking;
    reply.header('Cache-Control', 'no-store');
    if (reason === undefined) return { status: 'ready' };
    return reply.code(503).header('Retry-After', '2').send({ status: 'unavailable', reason });
  });

  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.text();
    reply.header('Cache-Control', 'no-store').type(metrics.registry.contentType);
    return text ?? reply.code(503).header('Retry-After', '2').send('');
  });
}

/** Why the server cannot serve, in a sentence that tells strangers nothing of the database; undefined when it can. */
async function hindrance(store: Store, log: FastifyBaseLogger): Promise<string | undefined> {
  try {
    const missing = await missingMigrations(store.database);
    return missing.length === 0 ? undefined : `The database lacks migrations: ${missing.join(', ')}.`;
  } catch (error) {
    log.warn({ err: error }, 'not ready');
    return error instanceof Unavailable ? 'The database cannot be reached.' : 'The database cannot be read.';
  }
}
