import type { FastifyRequest } from 'fastify';
import { countedAddress } from '#http/counted-address.ts';
import type { Dialect, Limit } from '#http/dialect.ts';
import { assetRoutes } from './assets.ts';
import { refuse } from './errors.ts';
import { pictureRoutes } from './picture-routes.ts';
import { reviewRoute } from './review-route.ts';
import { uploadRoutes } from './upload-routes.ts';

/**
 * What people and their programs open by a link, without a key: the link itself is what lets them in (architecture.md, Settled 19).
 * Not an API: it is in no OpenAPI document, and what it refuses it refuses in a sentence.
 */
export const pages: Dialect = {
  name: 'pages',
  title: 'Tessera pages',
  description: 'Pictures of passes and pages for customers, by links that need no key.',
  prefix: '',
  credentials: { bearer: false, apiKey: false },
  bodyLimit: 64 * 1024,
  produces: ['text/plain'],
  // A link is a secret: no other site learns it, and nothing that is shown runs or loads anything.
  headers: () => ({
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  }),
  addressLimit,
  // All routes are public, so there is no client to count.
  clientLimit: (request) => addressLimit(request),
  refuse,
  routes: [...pictureRoutes, ...uploadRoutes, reviewRoute, ...assetRoutes],
};

/** Enough for a gate or an office behind one address; what is drawn costs milliseconds, what is uploaded seconds. */
function addressLimit({ ip, method }: FastifyRequest): Limit {
  const key = countedAddress(ip);
  if (method === 'POST') return { key, policy: 'uploads-address', limit: 30, window: 60 };
  return { key, policy: 'pages-address', limit: 300, window: 10 };
}
