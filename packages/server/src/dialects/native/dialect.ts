import { type Dialect, perSecond } from '#http/dialect.ts';
import { accountLists } from './account-lists.ts';
import { putRoute } from './account-put.ts';
import { accountRoutes } from './account-routes.ts';
import { actionRoutes } from './action-routes.ts';
import { changeKindRoutes } from './change-kind-routes.ts';
import { changeRoutes } from './change-routes.ts';
import { listRoute } from './customer-list.ts';
import { customerRoutes } from './customer-routes.ts';
import { eligibilityRoutes } from './eligibility-routes.ts';
import { importRoute } from './entitlement-list-import.ts';
import { entitlementListRoutes } from './entitlement-list-routes.ts';
import { entitlementRoutes } from './entitlement-routes.ts';
import { entitlementTypeRoutes } from './entitlement-type-routes.ts';
import { refuse } from './errors.ts';
import { evidenceFiles } from './evidence-files.ts';
import { evidenceOfAccount } from './evidence-of-account.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { evidenceSteps } from './evidence-steps.ts';
import { historyRoutes } from './history-routes.ts';
import { organisationRoutes } from './organisation-routes.ts';
import { passNamespaceRoutes } from './pass-namespace-routes.ts';
import { passRoutes } from './pass-routes.ts';
import { readRecordRoutes } from './read-record-routes.ts';
import { reservedRoutes } from './reserved-routes.ts';
import { scanRoutes } from './scan-routes.ts';
import { webhookDeliveryRoutes } from './webhook-delivery-routes.ts';
import { webhookMessages } from './webhook-messages.ts';
import { webhookRoutes } from './webhook-routes.ts';

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
      { name: 'History', description: 'What happened to accounts and customers: who changed what, when' },
      { name: 'Entitlements', description: 'What accounts are entitled to, on which days; the end date is EXCLUSIVE' },
      { name: 'Access passes', description: 'Barcodes, cards and tokens that point at accounts' },
      { name: 'Outstanding actions', description: 'What customers have to do; it may block booking' },
      { name: 'Eligibility', description: 'Whether an account may use an offer, and book at all' },
      { name: 'Evidence', description: 'Proof that is asked for entitlements, from the request to the decision' },
      {
        name: 'Entitlement lists',
        description: 'What can be granted: lists of entitlement types, own and adopted ones',
      },
      { name: 'Pass namespaces', description: 'The rules that the texts of passes follow' },
      { name: 'Changes', description: 'Everything that happened, in order, for those who follow' },
      { name: 'Webhooks', description: 'Changes sent to a URL, signed and repeated until they arrive' },
      { name: 'Read records', description: 'Who read whose personal data' },
      { name: 'Organisation', description: 'The organisation of the key and its settings' },
    ],
    webhooks: webhookMessages,
  },
  routes: [
    listRoute,
    ...customerRoutes,
    ...accountLists,
    ...accountRoutes,
    ...historyRoutes,
    putRoute,
    importRoute,
    ...entitlementListRoutes,
    ...entitlementTypeRoutes,
    ...passNamespaceRoutes,
    ...organisationRoutes,
    ...entitlementRoutes,
    ...passRoutes,
    ...scanRoutes,
    ...reservedRoutes,
    ...actionRoutes,
    ...eligibilityRoutes,
    ...evidenceRoutes,
    ...evidenceOfAccount,
    ...evidenceSteps,
    ...evidenceFiles,
    ...readRecordRoutes,
    ...changeRoutes,
    ...changeKindRoutes,
    ...webhookRoutes,
    ...webhookDeliveryRoutes,
  ],
};
