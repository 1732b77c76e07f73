import { passesByKey } from '../../packages/server/src/store/access-passes.ts';
import { byIdentifier } from '../../packages/server/src/store/accounts.ts';
import { byId } from '../../packages/server/src/store/clients.ts';
import type { Statement } from '../../packages/server/src/store/database.ts';
import { typesById } from '../../packages/server/src/store/entitlement-types.ts';
import { catalogue } from '../growth/template.ts';
import type { Tenant } from '../stage/tenants.ts';
import type { Transaction } from './pgbench.ts';

/** The server's own statement, asked for one key instead of several: `$1` is the organisation. */
export function forOne({ text }: Statement, keys: string, key: string): string {
  const one = text.replace(`= any(${keys})`, `= ${key}`);
  if (one === text) throw new Error(`There is no "= any(${keys})" in the statement: ${text}`);
  return one.replaceAll('$1', ':organisation');
}

/** The same for a statement that takes the two halves of its keys in two lists. */
function forPair({ text }: Statement, one: string, other: string): string {
  const lists = 'unnest($2::text[], $3::text[])';
  if (!text.includes(lists)) throw new Error(`There is no "${lists}" in the statement: ${text}`);
  return text.replace(lists, `unnest(array[${one}], array[${other}])`).replaceAll('$1', ':organisation');
}

const randomAccount = '\\set n random(1, :accounts)\n';

/** The account `bench-:n` of the organisation `:organisation`. */
export const accountById = forOne(byIdentifier, '$2::text[]', `('bench-' || :n::text)`);

/** Who has the key of `:client`. */
export const clientById = forOne(byId, '$2::bigint[]', ':client');

/** The read that a get by identifier rests on: the stored document of a random account. */
export function readAccount({ accounts }: Tenant): Transaction {
  return { name: 'read', script: `${randomAccount}${accountById};\n`, variables: { accounts } };
}

/** What one get would ask if it shared its questions with none: who has the key, and the account. */
export function readUnshared({ accounts, clientId }: Tenant): Transaction {
  const script = `${randomAccount}${clientById};\n${accountById};\n`;
  return { name: 'read, with the key', script, variables: { accounts, client: clientId } };
}

/** The look-up that a scan at a gate rests on: a random pass with its account. */
export function scanPass({ accounts }: Tenant): Transaction {
  const pass = forPair(passesByKey, "lpad(:n::text, 10, '0')", `'${catalogue.namespace}'::text`);
  return { name: 'scan', script: `${randomAccount}${pass};\n`, variables: { accounts } };
}

/** What a question of eligibility rests on: the entitlement type, and a random account. */
export function readEligibility({ accounts }: Tenant): Transaction {
  const type = forPair(typesById, `'${catalogue.list}'::text`, `'${catalogue.type}'::text`);
  return { name: 'eligibility', script: `${randomAccount}${type};\n${accountById};\n`, variables: { accounts } };
}
