import type { Tenant } from '../stage/tenants.ts';
import type { Mix, Operation } from './target.ts';

/** Accounts at the end, which nothing of the benchmark ever changes. */
export const kept = 500;

/** What is asked of Tessera, by name. */
export function tesseraOperations(tenant: Tenant, { tag, entitlementType }: { tag: string; entitlementType: string }) {
  const { key, accounts, customerBefore, accountBefore } = tenant;
  const own = { Authorization: `Bearer ${key}` };
  const json = { ...own, 'Content-Type': 'application/json' };
  const patch = { ...own, 'Content-Type': 'application/merge-patch+json' };
  const changeable: [number, number] = [1, accounts - kept];
  const get = (path: string, headers: Record<string, string> = own): Operation => ({
    method: 'GET',
    path,
    headers,
    expects: [200],
  });
  return {
    'get native': get('/v1/accounts/bench-{n}'),
    'get openactive': get('/openactive/customer-accounts/bench-{n}'),
    'get imin': get('/api/v2/customer-accounts/bench-{n}', { 'X-API-KEY': key }),
    'get entur': get(`/customers/v2/profiles/{n+${customerBefore}}/customer-accounts/bench-{n}`, {
      ...own,
      'ET-Client-Name': 'bench',
    }),
    'get entur profile': get('/customers/v2/profiles/customer-accounts/bench-{n}', {
      ...own,
      'ET-Client-Name': 'bench',
    }),
    'get, not modified': {
      ...get('/v1/accounts/bench-{n}', { ...own, 'If-None-Match': tag }),
      expects: [304],
      range: [accounts - kept + 1, accounts],
    },
    'get heavy': get('/v1/accounts/bench-heavy'),
    'scan pass': get('/v1/access-passes/card/{n:10}'),
    eligibility: get(`/v1/accounts/bench-{n}/eligibility?entitlementType=${encodeURIComponent(entitlementType)}`),
    'list page': { ...get(`/v1/accounts?limit=50&cursor={n+${accountBefore}}`) },
    'create native': {
      method: 'POST',
      path: '/v1/accounts',
      headers: { ...json, 'Idempotency-Key': 'bench-native-{new}' },
      body: JSON.stringify({
        customer: newPerson('native'),
      }),
      expects: [201],
    },
    'create imin': {
      method: 'POST',
      path: '/api/v2/customer-accounts',
      headers: { 'X-API-KEY': key, 'Content-Type': 'application/json', 'Idempotency-Key': 'bench-imin-{new}' },
      body: JSON.stringify({
        '@context': 'https://openactive.io/',
        '@type': 'CustomerAccount',
        customer: { '@type': 'Person', ...newPerson('imin') },
      }),
      expects: [201],
    },
    patch: {
      method: 'PATCH',
      path: '/v1/accounts/bench-{n}',
      headers: patch,
      body: JSON.stringify({ alias: 'Alias {new}' }),
      expects: [200],
      range: changeable,
    },
    'update action': {
      method: 'PATCH',
      path: '/v1/accounts/bench-{n}/outstanding-actions/00000000-0000-7000-8003-{n:12}',
      headers: patch,
      body: JSON.stringify({ name: 'Check your telephone number, {new}' }),
      expects: [200],
      range: changeable,
    },
  } as const satisfies Record<string, Operation>;
}

/** Keys spread over their indexes as those of real people do: alike, they would have concurrent writers wait for the same page. */
function newPerson(dialect: string) {
  return {
    givenName: 'Grace {n%400}',
    familyName: 'Holloway {new}',
    email: `${dialect}-{new}@example.org`,
    telephone: '+449{new:9}',
    birthDate: '19{n%60+30:2}-{n%12+1:2}-{n%28+1:2}',
  };
}

export type TesseraOperations = ReturnType<typeof tesseraOperations>;

/** 80 reads, 15 updates and 5 creates of a hundred. */
export function mixed(operations: TesseraOperations): Mix {
  return [
    { operation: operations['get native'], weight: 80 },
    { operation: operations.patch, weight: 15 },
    { operation: operations['create native'], weight: 5 },
  ];
}
