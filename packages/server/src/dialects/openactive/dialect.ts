import { type Dialect, perSecond } from '#http/dialect.ts';
import { deleteRoute } from './account-delete.ts';
import { patchRoute } from './account-patch.ts';
import { putRoute } from './account-put.ts';
import { queryRoute } from './account-query.ts';
import { readRoute } from './account-read.ts';
import { entitlementListRoutes } from './entitlement-lists.ts';
import { refuse } from './errors.ts';
import { feedRoute } from './feed.ts';
import { namespaceRoute } from './namespace.ts';

/** OpenActive's early-release CustomerAccount model, with endpoints of Tessera's own (openactive.md). */
export const openactive: Dialect = {
  name: 'openactive',
  title: 'Tessera: OpenActive customer accounts',
  description:
    'Implements the published OpenActive CustomerAccount / Entitlement early-release model. OpenActive publishes no endpoints for it: paths, verbs and errors are those of Tessera.',
  prefix: '/openactive',
  credentials: { bearer: true, apiKey: false },
  bodyLimit: 64 * 1024,
  urlLimit: 8000,
  produces: ['application/ld+json', 'application/json'],
  // Right for whatever holds personal data; answers that may be cached say so.
  headers: () => ({ 'Cache-Control': 'private, no-store', Vary: 'Accept, Prefer, Authorization' }),
  clientLimit: (_request, client) => perSecond(client),
  refuse,
  routes: [
    readRoute,
    putRoute,
    patchRoute,
    deleteRoute,
    queryRoute,
    feedRoute,
    namespaceRoute,
    ...entitlementListRoutes,
  ],
  openapi: {
    securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key of the organisation' } },
    tags: [
      { name: 'Customer accounts', description: 'One account with its customer' },
      { name: 'Feed', description: 'All accounts, for those who keep a copy' },
      { name: 'Vocabulary', description: "Entitlement lists, and Tessera's own terms" },
    ],
  },
};
