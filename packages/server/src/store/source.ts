import { AccountFeed } from './account-feed.ts';
import { Accounts } from './accounts.ts';
import { ChangeHistory } from './change-history.ts';
import { Changes } from './changes.ts';
import { Customers } from './customers.ts';
import type { Database } from './database.ts';

/** What feeds, history and exports read, all of it in one database: the primary, or a replica of it. */
export type Source = {
  database: Database;
  accounts: Accounts;
  customers: Customers;
  accountFeed: AccountFeed;
  changes: Changes;
  changeHistory: ChangeHistory;
};

export function sourceOf(database: Database): Source {
  return {
    database,
    accounts: new Accounts(database),
    customers: new Customers(database),
    accountFeed: new AccountFeed(database),
    changes: new Changes(database),
    changeHistory: new ChangeHistory(database),
  };
}
