import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type Config, publicUrlOf } from '#config';
import type { Metrics } from '#http/metrics.ts';
import { buildServer } from '#server';
import type { Store } from '#store/store.ts';

/**
 * The server of one process, as the configuration wants it.
 *
 * @param port the port that is listened on
 * @param key what files of evidence and secrets of webhooks are encrypted with, where this server has it
 */
export function createApp(
  config: Config,
  parts: { store: Store; log: Logger; metrics: Metrics; port: number; key: Buffer | undefined },
): FastifyInstance {
  const { store, log, metrics, port } = parts;
  const { trustedProxies, addressLimits, workers: processes } = config;
  const publicUrl = publicUrlOf(config, port);
  const key = parts.key ? { key: parts.key } : {};
  const evidence = { ...config.evidence, ...key };
  const webhooks = { ...config.webhooks, ...key };
  const own = { publicUrl, trustedProxies, addressLimits, processes, evidence, webhooks };
  return buildServer({ store, config: own, log, metrics });
}
