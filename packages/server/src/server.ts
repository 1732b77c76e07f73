import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { entur } from '#dialects/entur/dialect.ts';
import { imin } from '#dialects/imin/dialect.ts';
import { native } from '#dialects/native/dialect.ts';
import { openactive } from '#dialects/openactive/dialect.ts';
import { pages } from '#dialects/pages/dialect.ts';
import type { Dialect } from '#http/dialect.ts';
import { serveDocs } from '#http/docs.ts';
import { serveHealth } from '#http/health.ts';
import { buildHttp, type HttpConfig } from '#http/http.ts';
import { createMetrics } from '#http/metrics.ts';
import type { Store } from '#store/store.ts';

/** Every dialect that is served and documented. A new standard is one new folder under `dialects/` and one line here. */
export const dialects: readonly Dialect[] = [native, openactive, imin, entur];

/** Puts the server together: the store below, the dialects above. */
export function buildServer(parts: {
  store: Store;
  config: HttpConfig;
  log: Logger;
  clock?: () => Date;
}): FastifyInstance {
  const metrics = createMetrics();
  const app = buildHttp({ ...parts, metrics, dialects: [...dialects, pages] });
  serveHealth(app, { store: parts.store, metrics });
  serveDocs(app, { dialects, publicUrl: parts.config.publicUrl });
  return app;
}
