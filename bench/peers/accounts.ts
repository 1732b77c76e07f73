import pg from 'pg';

/** A member of a peer's account. */
export type Member = {
  name: string;
  kind: 'text' | 'integer' | 'boolean' | 'date' | 'object' | 'list';
  /** What it is when a create does not name it. */
  initial?: string | boolean;
  /** SQL of its value in the loaded account `v.k`; absent: as initially. */
  loaded?: string;
};

/** When the loaded ones were made. */
export const loadedAt = '2026-01-01T08:00:00.000Z';

const by = 'bench';
const address = {
  streetAddress: '8 Lido Lane',
  addressLocality: 'Eastmere',
  postalCode: 'ZZ8 1AA',
  addressCountry: 'GB',
};
const accessPass = {
  id: '00000000-0000-7000-8001-{serial}',
  namespace: 'card',
  text: '{serial}',
  state: 'active',
  url: 'https://accounts.example.com/passes/AAAAAAAAIykAAAAAAABwAIABAAAAAAAHOXVvUK7Z9d87FBc2gqJBUQ.png',
  assignedAt: loadedAt,
  assignedBy: by,
};
const entitlement = {
  id: '00000000-0000-7000-8002-{serial}',
  entitlementType: {
    id: 'https://accounts.example.com/openactive/entitlement-lists/bench#adult-resident',
    label: 'Adult Resident',
    list: 'bench',
    hidden: false,
  },
  state: 'active',
  grantState: 'confirmed',
  validFrom: '2026-01-01',
  validUntil: '2027-01-01',
  validToday: true,
  grantedAt: loadedAt,
  grantedBy: by,
  changedAt: loadedAt,
  changedBy: by,
};
const outstandingAction = {
  id: '00000000-0000-7000-8003-{serial}',
  kind: 'details',
  state: 'open',
  name: 'Check your telephone number',
  description: 'Is it still the same?',
  blocksBooking: false,
  createdAt: loadedAt,
  createdBy: by,
};

/**
 * What a native Tessera account shows, with its customer and what it holds: as one record, so that a peer reads and writes one row where
 * Tessera has several. What Tessera numbers by itself, a peer is given. When and by whom a record was made is left to each peer.
 */
export const members: Member[] = [
  { name: 'number', kind: 'integer', loaded: 'v.k' },
  { name: 'customerNumber', kind: 'integer', loaded: 'v.k' },
  { name: 'alias', kind: 'text' },
  { name: 'isDefault', kind: 'boolean', initial: false },
  { name: 'accessPass', kind: 'list', loaded: json([accessPass]) },
  { name: 'entitlement', kind: 'list', loaded: json([entitlement]) },
  { name: 'outstandingAction', kind: 'list', loaded: json([outstandingAction]) },
  { name: 'hasHiddenEntitlements', kind: 'boolean', initial: false },
  { name: 'hiddenDiscount', kind: 'boolean', initial: false },
  { name: 'type', kind: 'text', initial: 'Person' },
  { name: 'profileType', kind: 'text', initial: 'standard' },
  { name: 'status', kind: 'text', initial: 'active' },
  { name: 'customerRef', kind: 'text', loaded: 'v.k' },
  { name: 'givenName', kind: 'text', loaded: `'Grace ' || v.k % 400` },
  { name: 'familyName', kind: 'text', loaded: `'Holloway ' || v.k` },
  { name: 'email', kind: 'text', loaded: `'customer-' || v.k || '@example.org'` },
  { name: 'telephone', kind: 'text', loaded: `'+449' || lpad(v.k::text, 9, '0')` },
  { name: 'birthDate', kind: 'date', loaded: `date '1930-01-01' + v.k * 7919 % 30000` },
  { name: 'address', kind: 'object', loaded: json(address) },
  { name: 'createdByChannel', kind: 'text', initial: 'rest' },
  { name: 'changedByChannel', kind: 'text', initial: 'rest' },
];

/** Body of a create: the person that Tessera is given too, and what Tessera numbers by itself. `id`: what the peer calls an identifier. */
export function newAccount(id: string): string {
  const person = {
    [id]: 'new-{new}',
    customerRef: '{new}',
    givenName: 'Grace {n%400}',
    familyName: 'Holloway {new}',
    email: 'peer-{new}@example.org',
    telephone: '+449{new:9}',
    birthDate: '19{n%60+30:2}-{n%12+1:2}-{n%28+1:2}',
  };
  return JSON.stringify(person).replace('{', '{"number":{new},"customerNumber":{new},');
}

/** Body of a patch, the same as Tessera's. */
export const changedAccount = JSON.stringify({ alias: 'Alias {new}' });

/**
 * Statement that puts accounts into a table whose columns are called as the members.
 *
 * @param own SQL of the values of columns that are the peer's own
 */
export function loadStatement(table: string, accounts: number, own: Record<string, string>): string {
  const columns = Object.entries(own);
  for (const { name, loaded, initial } of members) {
    if (loaded !== undefined) columns.push([name, loaded]);
    else if (initial !== undefined) columns.push([name, literal(initial)]);
  }
  return `insert into ${table} (${columns.map(([name]) => pg.escapeIdentifier(name)).join(', ')})
    select ${columns.map(([, value]) => value).join(',\n      ')} from generate_series(1, ${accounts}) as v (k)`;
}

function literal(value: string | boolean): string {
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(value);
}

function json(value: object): string {
  return `replace(${pg.escapeLiteral(JSON.stringify(value))}, '{serial}', lpad(v.k::text, 12, '0'))::json`;
}
