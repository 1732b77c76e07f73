import { typeUri } from '../../packages/server/src/domain/entitlement-list.ts';
import { tesseraOperations } from '../load/operations.ts';
import type { Operation } from '../load/target.ts';
import { publicUrl } from '../server.ts';
import type { Tenant } from '../stage/tenants.ts';
import { catalogue } from './template.ts';

/** What everybody is entitled to. */
export const entitlementType = typeUri(publicUrl, { list: catalogue.list, id: catalogue.type });

/** What is measured at each scale, by the names that load/operations.ts has. */
export const measured = ['get native', 'scan pass', 'create native', 'patch'] as const;

/**
 * The requests whose statements are explained: those of the benchmark, and a page of each feed. One that is not modified is a get by
 * another header. The account `bench-heavy` has to be there.
 */
export function plannedRequests(tenant: Tenant, logBegin: number): Record<string, Operation> {
  const { 'get, not modified': _, ...operations } = operationsOf(tenant);
  const headers = { Authorization: `Bearer ${tenant.key}` };
  const get = (path: string): Operation => ({ method: 'GET', path, headers, expects: [200] });
  return {
    ...operations,
    'account feed': get('/openactive/feeds/customer-accounts?afterChangeNumber={n}'),
    'changes page': get(`/v1/changes?after=${logBegin}`),
  };
}

/** The operations of the benchmark on loaded accounts. */
export function operationsOf(tenant: Tenant) {
  return tesseraOperations(tenant, { tag: '', entitlementType });
}
