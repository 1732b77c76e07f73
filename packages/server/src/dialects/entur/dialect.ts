import type { Dialect } from '#http/dialect.ts';
import { accountRoutes } from './account-routes.ts';
import { addressLimit, clientLimit, clientName } from './client-name.ts';
import { entitlementRoutes } from './entitlement-routes.ts';
import { refuse } from './errors.ts';
import { profileRoutes } from './profile-routes.ts';

/** Entur's Customers API v2: profiles and their customer accounts (entur.md). */
export const entur: Dialect = {
  name: 'entur',
  title: 'Tessera: Entur-compatible Customers API',
  description:
    'Profiles of customers and their customer accounts, for clients written for the Customers API v2 of Entur. Errors of profiles are ErrorMessage, with an error code and texts in English and Norwegian, others ErrorResponse.',
  prefix: '/customers/v2',
  credentials: { bearer: true, apiKey: true },
  bodyLimit: 1024 * 1024,
  produces: ['application/json'],
  headers: () => ({ 'Cache-Control': 'no-store' }),
  addressLimit,
  clientLimit,
  actorName: clientName,
  refuse,
  routes: [...accountRoutes, ...profileRoutes, ...entitlementRoutes],
  openapi: {
    securitySchemes: {
      jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token, or an API key.' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY', description: 'An API key.' },
    },
    extend: ({ scope }) => (scope === null ? {} : { 'x-entur-permissions': { value: { any: [scope] } } }),
    tags: [
      { name: 'Customer accounts client', description: 'The accounts of a customer for account-based ticketing' },
      { name: 'Profiles client', description: 'Profiles of customers' },
      { name: 'Entitlements', description: 'What customers are entitled to' },
    ],
  },
};
