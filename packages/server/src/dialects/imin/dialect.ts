import { type Dialect, perSecond } from '#http/dialect.ts';
import { accountRoutes } from './account-routes.ts';
import { actionRoutes } from './action-routes.ts';
import { customerRoutes } from './customer-routes.ts';
import { entitlementRoutes } from './entitlement-routes.ts';
import { refuse } from './errors.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { linkedAccountRoutes } from './linked-account-routes.ts';

/** The imin-compatible broker dialect (imin.md). */
export const imin: Dialect = {
  name: 'imin',
  title: 'Tessera: imin-compatible broker API',
  description:
    'For Brokers: apps that own the relationship with the end user. Compatible with the publicly documented customer-management part of the imin Booking Platform API. Server to server only: the key must never reach a browser or an app.',
  prefix: '/api/v2',
  credentials: { bearer: true, apiKey: true },
  bodyLimit: 64 * 1024,
  urlLimit: 2048,
  produces: ['application/json', 'application/ld+json'],
  headers: () => ({ 'Cache-Control': 'private, no-store', Vary: 'Accept, Authorization, X-API-KEY' }),
  clientLimit: (_request, client) => perSecond(client),
  refuse,
  routes: [
    ...accountRoutes,
    ...actionRoutes,
    ...evidenceRoutes,
    ...linkedAccountRoutes,
    ...entitlementRoutes,
    ...customerRoutes,
  ],
  openapi: {
    tags: [
      { name: 'Customer accounts', description: 'One account per person registered with the Broker.' },
      { name: 'Entitlements', description: 'What the Broker can grant.' },
      { name: 'Evidence requests', description: 'Proof that customers are asked for.' },
      { name: 'Linked accounts', description: "The same person's accounts at Sellers." },
      { name: 'Customers (legacy)', description: 'The same accounts in their flat, older form.' },
    ],
  },
};
