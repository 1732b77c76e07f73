import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createAddressGuard } from '#changes/address-guard.ts';
import { entur } from '#dialects/entur/dialect.ts';
import { imin } from '#dialects/imin/dialect.ts';
import { native } from '#dialects/native/dialect.ts';
import { openactive } from '#dialects/openactive/dialect.ts';
import { pages } from '#dialects/pages/dialect.ts';
import type { Dialect } from '#http/dialect.ts';
import { serveDocs } from '#http/docs.ts';
import { serveHealth } from '#http/health.ts';
import { buildHttp, type HttpConfig } from '#http/http.ts';
import { createMetrics, type Metrics } from '#http/metrics.ts';
import type { Store } from '#store/store.ts';

/** Every dialect that is served and documented. A new standard is one new folder under `dialects/` and one line here. */
export const dialects: readonly Dialect[] = [native, openactive, imin, entur];

/** What the server needs of the configuration. */
export type ServerConfig = Omit<HttpConfig, 'webhooks'> & {
  /** Absent: receivers are public only, and there is no key. */
  webhooks?: {
    /** Networks in which receivers may be although they are not public. */
    allowedNetworks: readonly string[];
    /** What secrets are encrypted with; absent when this server does not have the key of the database's secrets. */
    key?: Buffer;
  };
};

/** Puts the server together: the store below, the dialects above. */
export function buildServer(parts: {
  store: Store;
  config: ServerConfig;
  log: Logger;
  clock?: () => Date;
  /** Absent: metrics of its own. */
  metrics?: Metrics;
}): FastifyInstance {
  const { metrics = createMetrics() } = parts;
  const { allowedNetworks, key } = parts.config.webhooks ?? { allowedNetworks: [] };
  const { urlFault } = createAddressGuard({ allowedNetworks });
  const config = { ...parts.config, webhooks: { urlFault, ...(key ? { key } : {}) } };
  const app = buildHttp({ ...parts, config, metrics, dialects: [...dialects, pages] });
  serveHealth(app, { store: parts.store, metrics });
  serveDocs(app, { dialects, publicUrl: parts.config.publicUrl });
  return app;
}
