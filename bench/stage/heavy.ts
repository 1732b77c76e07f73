import type { Tenant } from './tenants.ts';

const size = { passes: 50, entitlements: 200, actions: 20 };

/** Makes the account `bench-heavy`: 50 passes, 200 entitlements that are over, 20 open actions. Throws an Error for a refusal. */
export async function createHeavyAccount(url: string, { key }: Tenant, entitlementType: string): Promise<void> {
  const post = async (path: string, body: object): Promise<{ id: string }> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  const customer = { givenName: 'Ida', familyName: 'Moss', email: 'heavy@example.org' };
  await post('/v1/accounts', { identifier: 'bench-heavy', customer });
  const account = '/v1/accounts/bench-heavy';
  for (let n = 1; n <= size.passes; n += 1)
    await post(`${account}/access-passes`, { text: `heavy-${n}`, namespace: 'card' });
  for (let n = 1; n <= size.entitlements; n += 1) {
    const { id } = await post(`${account}/entitlements`, { entitlementType });
    await post(`${account}/entitlements/${id}/revoke`, { reason: 'No longer entitled' });
  }
  for (let n = 1; n <= size.actions; n += 1)
    await post(`${account}/outstanding-actions`, { kind: 'details', name: `Check detail ${n}` });
}
