import { assertNotWeakened, configurationFacts, type Fact } from '../configuration.ts';
import type { RunningServer } from '../server.ts';
import type { Database } from './database.ts';
import type { Tenant } from './tenants.ts';

/**
 * Asks a server that is to be measured, and its database, whether they do all they promise.
 *
 * @param otherKey of another organisation
 * @throws Error that names what is weaker than it should be
 */
export async function guard(
  { url, log }: RunningServer,
  { query }: Database,
  { key, slowKey, id: organisationId }: Tenant,
  otherKey: string,
): Promise<Fact[]> {
  const facts = await configurationFacts({ url, log, key, slowKey, otherKey, organisationId, query });
  assertNotWeakened(facts);
  return facts;
}
