import type pg from 'pg';
import type { Tenant } from '../stage/tenants.ts';
import { changeSequence } from './create.ts';
import type { Transaction } from './pgbench.ts';
import { insertLike, type Own, type SampleRows, sampleRows } from './rows.ts';

/** What one merge patch of an account's alias left behind: the document of the account, and the rows of the log. */
export type PatchSample = { document: string; inserted: SampleRows[] };

/** @param identifier of an account that was patched last */
export async function rowsOfPatch(
  client: pg.ClientBase,
  organisationId: number,
  identifier: string,
): Promise<PatchSample> {
  const { rows } = await client.query<{ document: string; number: string; audit: string }>(
    `select a.document::text as document, c.number, c.audit_number as audit from account a
      join change c on c.organisation_id = a.organisation_id and c.number = a.change_number
      where a.organisation_id = $1 and a.identifier = $2`,
    [organisationId, identifier],
  );
  const [last] = rows;
  if (!last) throw new Error(`The patch of ${identifier} left no change behind.`);
  const found = (table: string, column: string, number: string) =>
    sampleRows(client, table, `organisation_id = $1 and ${column} = $2`, [organisationId, number]);
  const { rowCount } = await client.query('select from change where organisation_id = $1 and audit_number = $2', [
    organisationId,
    last.audit,
  ]);
  if (rowCount !== 1) throw new Error(`The patch made ${rowCount} changes, not one.`);
  return {
    document: last.document,
    inserted: [
      await found('change', 'number', last.number),
      await found('change_detail', 'change_number', last.number),
      await found('audit', 'number', last.audit),
    ],
  };
}

/** The same updates and inserts, a statement for each table, between BEGIN and COMMIT. */
export function patchByStatements(sample: PatchSample, tenant: Tenant, accounts: number): Transaction {
  const variables = variablesOf(sample, tenant, accounts);
  const own = ownValues({ customer: ':customer', account: ':account', change: ':change' });
  const script = [
    '\\set n random(1, :accounts)',
    'begin;',
    `${updateAccount(`nextval('${changeSequence}')`)} returning customer_number as customer, number as account, change_number as change \\gset`,
    'update customer set version = version + 1 where organisation_id = :organisation and number = :customer;',
    ...sample.inserted.map((rows) => `${insertLike(rows, own, variables)};`),
    'commit;',
    '',
  ];
  return { name: 'patch, a statement for each table', script: script.join('\n'), variables };
}

/** The same in one statement. */
export function patchInOne(sample: PatchSample, tenant: Tenant, accounts: number): Transaction {
  const variables = variablesOf(sample, tenant, accounts);
  const own = ownValues({ customer: 'n.customer', account: 'n.account', change: 'n.change' });
  const parts = [
    `numbers as (${updateAccount(`nextval('${changeSequence}')`)} returning customer_number as customer, number as account, change_number as change)`,
    'touched as (update customer c set version = c.version + 1 from numbers n where c.organisation_id = :organisation and c.number = n.customer)',
    ...sample.inserted.map((rows, index) => `written_${index} as (${insertLike(rows, own, variables, 'numbers n')})`),
  ];
  return {
    name: 'patch, one statement',
    script: `\\set n random(1, :accounts)\nwith ${parts.join(',\n')}\nselect 1;\n`,
    variables,
  };
}

function variablesOf(
  { document }: PatchSample,
  { clientId }: Tenant,
  accounts: number,
): Record<string, string | number> {
  return { accounts, client: clientId, document };
}

/** The alias is another one each time, and stands in an index; so does the number of the change. */
function updateAccount(change: string): string {
  return `update account set version = version + 1, change_number = ${change}, alias = 'Alias ' || version, document = :document::json
    where organisation_id = :organisation and identifier = 'bench-' || :n::text`;
}

function ownValues(numbers: Record<'customer' | 'account' | 'change', string>): Own {
  return (table, column) => {
    if (column === 'customer_number') return numbers.customer;
    if (column === 'account_number') return numbers.account;
    if (column === 'client_id') return ':client';
    if (['change_number', 'audit_number'].includes(column) || `${table}.number` === `${table}.${column}`)
      return numbers.change;
    return undefined;
  };
}
