import type { AccessPass } from '#domain/access-pass.ts';
import type { AccountDocument } from '#domain/account.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

/** A text of a namespace and whose it is. Reserved ones are nobody's yet. */
export type StoredPass =
  | { state: 'reserved'; namespace: string; text: string; reservedAt: string; reservedBy: string }
  | { state: 'active' | 'retired'; pass: AccessPass; document: AccountDocument };

// One indexed read: the pass by its key, the account by its number.
const found = `select p.text, p.namespace, p.state, p.document as pass, a.document as account from %keys
  left join lateral (select document from account where organisation_id = $1 and number = p.account_number and state = 'active' limit 1) a on true`;

/** A scan at a gate. */
export const passesByKey: Statement = {
  name: 'passes-by-key',
  text: found.replace(
    '%keys',
    `unnest($2::text[], $3::text[]) k (text, namespace)
      cross join lateral (select * from access_pass where organisation_id = $1 and text = k.text and namespace = k.namespace limit 1) p`,
  ),
};

export const passesAmong: Statement = {
  name: 'passes-among',
  text: `select k.text from unnest($3::text[]) k (text)
    cross join lateral (select from access_pass where organisation_id = $1 and text = k.text and namespace = $2 limit 1) p`,
};

const byText: Statement = {
  name: 'passes-by-text',
  text: `${found.replace('%keys', 'access_pass p')} where p.organisation_id = $1 and p.text = $2 and p.state = 'active' limit $3`,
};

const byId: Statement = {
  name: 'passes-by-id',
  text: `${found.replace('%keys', 'access_pass p')} where p.organisation_id = $1 and p.id = $2`,
};

const ofAccount: Statement = {
  name: 'passes-of-account',
  text: `select p.document as pass from access_pass p where p.organisation_id = $1 and p.customer_number = $2 and p.account_number = $3`,
};

/** Reads of access passes, whatever their state. They are written with the account that carries them. */
export class AccessPasses {
  readonly #database: Database;
  readonly #byKey: Lane<StoredPass>;

  constructor(database: Database) {
    this.#database = database;
    this.#byKey = new Lane(async (organisationId, keys) => {
      const pairs = keys.map((key) => JSON.parse(key) as [string, string]);
      const values = [organisationId, pairs.map(([, text]) => text), pairs.map(([namespace]) => namespace)];
      const rows = await database.lookUp(organisationId, passesByKey, values);
      return new Map(rows.map((row) => [JSON.stringify([row.namespace, row.text]), passOf(row)]));
    });
  }

  /** The pass with this text in this namespace: the scan at a gate. */
  find(organisationId: number, namespace: string, text: string): Promise<StoredPass | undefined> {
    return this.#byKey.get(organisationId, JSON.stringify([namespace, text]));
  }

  /** Those of the texts that are there in the namespace: in use, retired or reserved. */
  async among(organisationId: number, namespace: string, texts: readonly string[]): Promise<Set<string>> {
    const rows = await this.#database.read(organisationId, passesAmong, [organisationId, namespace, texts]);
    return new Set(rows.map((row) => row.text as string));
  }

  /** Active passes with this text in any namespace. */
  async findByText(organisationId: number, text: string, limit: number): Promise<StoredPass[]> {
    return (await this.#database.read(organisationId, byText, [organisationId, text, limit])).map(passOf);
  }

  /** The pass with this id. */
  async get(organisationId: number, id: string): Promise<StoredPass | undefined> {
    const [row] = await this.#database.read(organisationId, byId, [organisationId, id]);
    return row && passOf(row);
  }

  /** All passes of an account, active and retired, also those whose text the account carries anew; in no order. */
  async ofAccount(organisationId: number, customerNumber: number, accountNumber: number): Promise<AccessPass[]> {
    const rows = await this.#database.read(organisationId, ofAccount, [organisationId, customerNumber, accountNumber]);
    return rows.flatMap((row) => {
      const { earlier = [], ...pass } = JSON.parse(row.pass as string) as AccessPass & { earlier?: AccessPass[] };
      return [...earlier, pass];
    });
  }
}

function passOf(row: Row): StoredPass {
  const { earlier: _, ...pass } = JSON.parse(row.pass as string);
  if (row.state === 'reserved')
    return { state: 'reserved', namespace: row.namespace as string, text: row.text as string, ...pass };
  return { state: row.state as 'active' | 'retired', pass, document: JSON.parse(row.account as string) };
}
