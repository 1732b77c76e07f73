import pg from 'pg';
import type { Mark, Template } from './template.ts';

/** The tables in which an account has rows, in the order in which they refer to each other. */
export const loadedTables = [
  'customer',
  'customer_address',
  'account',
  'access_pass',
  'entitlement',
  'entitlement_revision',
  'outstanding_action',
] as const;

export type LoadedTable = (typeof loadedTables)[number];

/** What is loaded: accounts `from` to `from + accounts - 1`, with numbers that were reserved for them. */
export type Loading = {
  template: Template;
  organisationId: number;
  accounts: number;
  from: number;
  firstCustomer: number;
  firstRow: number;
  firstChange: number;
};

/** Statement that gives each new account a row of a table: the template's, with the account's own values in place of the template's. */
export async function loadStatement(client: pg.ClientBase, table: LoadedTable, loading: Loading): Promise<string> {
  const { template, organisationId, accounts, from } = loading;
  const own = ownValues(loading);
  const number = table === 'customer' ? 'number' : 'customer_number';
  const columns = await columnsOf(client, table);
  const shown = columns.map(({ name }) => `${name}::text`).join(', ');
  const found = await client.query<(string | null)[]>({
    text: `select ${shown} from ${table} where organisation_id = $1 and ${number} = $2`,
    values: [organisationId, template.customerNumber],
    rowMode: 'array',
  });
  const [row] = found.rows;
  if (!row || found.rows.length !== 1) throw new Error(`the template has ${found.rows.length} rows in ${table}`);
  const values = columns.map(({ name, type }, index) => {
    const value = numbered(table, name, own) ?? withOwn(row[index] as string | null, template.marks, own);
    return `(${value})::${type}`;
  });
  return `insert into ${table} (${columns.map(({ name }) => name).join(', ')})
    select ${values.join(',\n      ')}
    from (select k, k - ${from} as i from generate_series(${from}::bigint, ${from + accounts - 1}::bigint) k) v`;
}

async function columnsOf(client: pg.ClientBase, table: string): Promise<{ name: string; type: string }[]> {
  const text = `select quote_ident(attname) as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`;
  return (await client.query(text, [table])).rows;
}

/** The columns that hold numbers of the account and of what belongs to it. */
function numbered(table: LoadedTable, column: string, own: Record<string, string>): string | undefined {
  if (column === 'customer_number' || (table === 'customer' && column === 'number')) return own.customer;
  if (table === 'account') return { number: own.account, change_number: own.accountChange }[column];
  if (column === 'change_number') return own.customerChange;
  if (column === 'account_number') return own.account;
  return column === 'address_id' ? own.address : undefined;
}

/** A value of the template as SQL, with expressions where the marks stand. */
function withOwn(value: string | null, marks: readonly Mark[], own: Record<string, string>): string {
  if (value === null) return 'null';
  // No digit behind it: "number":12 is not the beginning of "number":123.
  const pattern = new RegExp(`(${marks.map(({ text }) => `${escaped(text)}(?!\\d)`).join('|')})`);
  const [first = '', ...rest] = value.split(pattern);
  if (rest.length === 0) return pg.escapeLiteral(first);
  const expressions: string[] = [];
  const text = [first, ...rest].map((part, index) => {
    if (index % 2 === 0) return part.replaceAll('%', '%%');
    const { is } = marks.find((mark) => mark.text === part) as Mark;
    const expression = own[is] as string;
    if (!expressions.includes(expression)) expressions.push(expression);
    return `%${expressions.indexOf(expression) + 1}$s`;
  });
  return `format(${[pg.escapeLiteral(text.join('')), ...expressions].join(', ')})`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const givenNames = [
  'Ada',
  'Ben',
  'Cleo',
  'Dev',
  'Edith',
  'Farid',
  'Greta',
  'Hamza',
  'Iris',
  'Jonas',
  'Kezia',
  'Liam',
  'Mona',
  'Noor',
];
const familyNames = [
  'Alder',
  'Birch',
  'Cedar',
  'Dogwood',
  'Elm',
  'Fern',
  'Gorse',
  'Hazel',
  'Ivy',
  'Juniper',
  'Larch',
  'Maple',
  'Moss',
];
const streets = [
  'Lido Lane',
  'Pool Street',
  'Court Road',
  'Racket Row',
  'Pitch Close',
  'Track Avenue',
  'Diving Board Walk',
];
const localities = ['Northmere', 'Southmere', 'Eastmere', 'Westmere', 'Midmere'];

/** SQL of the values that are an account's own, by what they are. `v.k`: number of the account, `v.i`: the same from 0. */
function ownValues({ firstCustomer, firstRow, firstChange }: Loading): Record<string, string> {
  const customer = `${firstCustomer} + v.i`;
  const account = `${firstRow} + 2 * v.i`;
  const address = `${firstRow + 1} + 2 * v.i`;
  const member = (name: string, number: string) => `'"${name}":' || (${number})`;
  const one = (of: string[], spread = 1) =>
    `(array[${of.map((text) => pg.escapeLiteral(text)).join(', ')}])[(1 + v.k / ${spread} % ${of.length})::int]`;
  const street = `1 + v.k % 251 || ' ' || ${one(streets, 251)}`;
  const id = (group: string) => `'00000000-0000-7000-${group}-' || lpad(v.k::text, 12, '0')`;
  return {
    customer,
    account,
    address,
    customerChange: `${firstChange} + 2 * v.i`,
    accountChange: `${firstChange + 1} + 2 * v.i`,
    customerMember: member('customerNumber', customer),
    customerOwnMember: member('number', customer),
    accountMember: member('number', account),
    addressMember: member('id', address),
    identifier: `'bench-' || v.k`,
    email: `'customer-' || v.k || '@example.org'`,
    telephone: `'+44999' || lpad((v.k % 10000000)::text, 7, '0')`,
    givenName: one(givenNames),
    givenNameKey: `lower(${one(givenNames)})`,
    familyName: one(familyNames, givenNames.length),
    familyNameKey: `lower(${one(familyNames, givenNames.length)})`,
    birthDate: `to_char(date '1930-01-01' + (v.k * 7919 % 30000)::int, 'YYYY-MM-DD')`,
    street,
    streetKey: `lower(${street})`,
    locality: one(localities),
    postalCode: `'ZZ' || 1 + v.k % 97 || ' ' || 1 + v.k / 97 % 9 || 'AA'`,
    pass: `lpad(v.k::text, 10, '0')`,
    uuid: `md5('bench-' || v.k)`,
    passId: id('8001'),
    entitlementId: id('8002'),
    actionId: id('8003'),
  };
}
