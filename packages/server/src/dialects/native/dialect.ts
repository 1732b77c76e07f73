import { type Dialect, perSecond } from '#http/dialect.ts';
import { accountLists } from './account-lists.ts';
import { putRoute } from './account-put.ts';
import { accountRoutes } from './account-routes.ts';
import { listRoute } from './customer-list.ts';
import { customerRoutes } from './customer-routes.ts';
import { refuse } from './errors.ts';

/** The native API: complete, for the console, the SDK, the command line and new integrations. */
export const native: Dialect = {
  name: 'native',
  title: 'Tessera native API',
  description:
    'Customers and their accounts, whole. JSON in camelCase with schema.org and OpenActive words; problem documents (RFC 9457) with a pointer to every faulty member.',
  prefix: '/v1',
  credentials: { bearer: true, apiKey: true },
  bodyLimit: 1024 * 1024,
  produces: ['application/json'],
  headers: () => ({ 'Cache-Control': 'private, no-store' }),
  clientLimit: (_request, client) => perSecond(client),
  refuse,
  openapi: {
    tags: [
      { name: 'Customers', description: 'Persons and organisations, by customer number' },
      { name: 'Accounts', description: 'The accounts of customers, by identifier' },
    ],
  },
  routes: [listRoute, ...customerRoutes, ...accountLists, ...accountRoutes, putRoute],
};
