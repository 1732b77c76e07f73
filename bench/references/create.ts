import type pg from 'pg';
import type { Tenant } from '../stage/tenants.ts';
import type { Transaction } from './pgbench.ts';
import { insertLike, type Own, type SampleRows, sampleRows } from './rows.ts';

/** Where change numbers of the references come from: a plain sequence, no lock. Each transaction takes two. */
export const changeSequence = 'bench_change';

/** The rows that one create of the server left behind: those of a customer who has nothing else. */
export async function rowsOfCreate(
  client: pg.ClientBase,
  organisationId: number,
  customer: number,
): Promise<SampleRows[]> {
  const found = (table: string, column: string, order: string) =>
    sampleRows(client, table, `organisation_id = $1 and ${column} = $2 order by ${order}`, [organisationId, customer]);
  return [
    await found('customer', 'number', 'number'),
    await found('account', 'customer_number', 'number'),
    await found('change', 'customer_number', 'number'),
    await found('change_detail', 'customer_number', 'change_number'),
    await found('audit', 'customer_number', 'number'),
    await found('idempotency', 'customer_number', 'created_at'),
  ];
}

/** The same rows in as many statements as tables, between BEGIN and COMMIT. */
export function createByStatements(sample: SampleRows[], tenant: Tenant): Transaction {
  return statements('create, a statement for each table', sample, tenant, ['begin;'], ['commit;']);
}

/** The same, sent without waiting for answers in between. */
export function createPipelined(sample: SampleRows[], tenant: Tenant): Transaction {
  return statements('create, pipelined', sample, tenant, ['\\startpipeline', 'begin;'], ['commit;', '\\endpipeline']);
}

/** The same rows in one statement, which is a transaction of its own. */
export function createInOne(sample: SampleRows[], tenant: Tenant): Transaction {
  const variables: Record<string, string | number> = { client: tenant.clientId };
  const own = ownValues({ customer: 'n.customer', account: 'n.account', change: 'n.change' });
  const parts = sample.map((rows, index) => `written_${index} as (${insertLike(rows, own, variables, 'numbers n')})`);
  const numbers = `numbers as materialized (select nextval('customer_number') as customer, nextval('row_number') as account, nextval('${changeSequence}') as change)`;
  return { name: 'create, one statement', script: `with ${[numbers, ...parts].join(',\n')}\nselect 1;\n`, variables };
}

function statements(
  name: string,
  sample: SampleRows[],
  tenant: Tenant,
  before: string[],
  after: string[],
): Transaction {
  const variables: Record<string, string | number> = { client: tenant.clientId };
  const drawn = new Set<string>();
  const sequence = (of: string) => `${drawn.has(of) || !drawn.add(of) ? 'currval' : 'nextval'}('${of}')`;
  const own: Own = (table, column, value, row) =>
    ownValues({
      customer: () => sequence('customer_number'),
      account: () => sequence('row_number'),
      change: () => sequence(changeSequence),
    })(table, column, value, row);
  const inserts = sample.map((rows) => `${insertLike(rows, own, variables)};`);
  return { name, script: [...before, ...inserts, ...after, ''].join('\n'), variables };
}

type Numbers = Record<'customer' | 'account' | 'change', string | (() => string)>;

/** What must differ from row to row: numbers and unique keys, in the lengths that the server's have. */
function ownValues(numbers: Numbers): Own {
  const of = (what: keyof Numbers) => (typeof numbers[what] === 'string' ? numbers[what] : numbers[what]());
  return (table, column, value, row) => {
    const key = `${table}.${column}`;
    if (key === 'customer.number' || column === 'customer_number') return of('customer');
    if (key === 'account.number' || column === 'account_number') return value === '0' ? '0' : of('account');
    // Two changes, the customer's and then the account's; the audit has the number of the first.
    if (key === 'account.change_number') return `${of('change')} + 1`;
    if (key === 'change.number' || key === 'change_detail.change_number') return `${of('change')} + ${row}`;
    if (column === 'change_number' || column === 'audit_number' || key === 'audit.number') return of('change');
    if (column === 'identifier') return `'reference-' || lpad((${of('change')})::text, 26, '0')`;
    if (column === 'email_key') return `'reference-' || ${of('change')} || '@example.org'`;
    if (column === 'telephone_key') return `'+449' || lpad((${of('change')})::text, 9, '0')`;
    if (column === 'name_key') return `'holloway ' || ${of('change')}`;
    if (column === 'given_name_key') return `'grace ' || ${of('change')} % 400`;
    if (column === 'birth_date') return `date '1930-01-01' + (${of('change')} * 7919 % 20000)::int`;
    if (column === 'client_id') return ':client';
    if (column === 'request_hash') return `sha256((${of('change')})::text::bytea)`;
    return undefined;
  };
}
