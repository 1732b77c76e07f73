import { differences } from './differences.ts';
import { type FeedItem, type Follower, nameOf, type Seen } from './followers.ts';
import type { TenantLog } from './record.ts';

/** Whether a follower was told of exactly what happened: every change once and in order, or every account as it is. */
export function judgeFollower(follower: Follower, log: TenantLog): string[] {
  const { form } = follower;
  const what = nameOf(follower);
  return form === 'RPDE' ? judgeWalker(what, follower.accounts, log) : judgeSeen(what, follower.seen, log);
}

function judgeSeen(what: string, seen: readonly Seen[], { changes }: TenantLog): string[] {
  const told = seen.map(wordsOf);
  const happened = changes.map((change) =>
    wordsOf({
      number: change.number,
      kind: `${change.subject}.${change.kind}`,
      version: change.version,
      ...(change.customerNumber !== null && { customerNumber: change.customerNumber }),
      ...(change.accountNumber !== null && { accountNumber: change.accountNumber }),
    }),
  );
  const different = differences(what, happened, told);
  const turned = seen.find(({ number }, index) => number <= (seen[index - 1]?.number ?? 0));
  return turned ? [...different, `${what} got change ${turned.number} again or too late`] : different;
}

function wordsOf({ number, kind, version, customerNumber, accountNumber }: Seen): string {
  return `change ${number}: ${kind}, version ${version} of ${customerNumber ?? '-'}/${accountNumber ?? '-'}`;
}

function judgeWalker(what: string, accounts: ReadonlyMap<string, FeedItem>, log: TenantLog): string[] {
  const told = [...accounts.values()].map(({ id, modified, state }) => `${id}: ${state} at ${modified}`);
  const there = log.accounts.map(
    ({ identifier, state, changeNumber }) =>
      `${identifier}: ${state === 'active' ? 'updated' : 'deleted'} at ${changeNumber}`,
  );
  return differences(what, there, told);
}
