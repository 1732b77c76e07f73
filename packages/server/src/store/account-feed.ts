import type { Account } from '#domain/account.ts';
import type { Database, Row, Statement } from './database.ts';

/** An account at its newest change, or its tombstone: then without `account`. */
export type FeedItem = { identifier: string; changeNumber: number; account?: Account };

// The customer stays in the database: nothing of the person is for the feed.
export const accountsChangedAfter: Statement = {
  name: 'accounts-changed-after',
  text: `select identifier, change_number, document -> 'account' as account from account
    where organisation_id = $1 and change_number > $2 order by change_number limit $3`,
};

/**
 * Accounts in the order of their newest changes, each once. Numbers are given out under the organisation's counter lock, which is
 * held to the commit: whoever sees a number sees everything below it, and nothing can be committed there any more
 * (openactive.md 3.10).
 */
export class AccountFeed {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** At most `limit` accounts and tombstones whose newest change has a number above `number`, in one statement. */
  async after(organisationId: number, number: number, limit: number): Promise<FeedItem[]> {
    const rows = await this.#database.read(organisationId, accountsChangedAfter, [organisationId, number, limit]);
    return rows.map(itemOf);
  }
}

function itemOf({ identifier, change_number: changeNumber, account }: Row): FeedItem {
  const item = { identifier: identifier as string, changeNumber: changeNumber as number };
  return account === null ? item : { ...item, account: JSON.parse(account as string) };
}
