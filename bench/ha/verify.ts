import { type Answer, Client } from './client.ts';
import { changesAfter, type Followed, take } from './follow.ts';
import { type Known, versionOf, type Written } from './load.ts';
import type { Watch } from './watch.ts';

export type Verified = { accounts: number; lost: number; changes: number };

const width = 16;

/** Reads everything that was acknowledged, and the whole change log. What is not as it should be is a fault. */
export async function verify(url: string, key: string, written: Written, watch: Watch): Promise<Verified> {
  const client = new Client(url, key, watch);
  const waiting = [...written.accounts];
  let lost = 0;
  const worker = async () => {
    for (let known = waiting.pop(); known; known = waiting.pop()) {
      const path = `/v1/accounts/${encodeURIComponent(known.identifier)}`;
      const answer = await client.until('read', { method: 'GET', path });
      if (answer.status === 200 && isShown(known, answer)) continue;
      lost += 1;
      watch.fault('an acknowledged write is lost', `${JSON.stringify(known)} is ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const log = await wholeLog(client, watch);
  compare(log, written, watch);
  client.close();
  return { accounts: written.accounts.length, lost, changes: log.position };
}

/** Whether an account is as the server last said it was. */
function isShown({ email, alias, version }: Known, { text, headers }: Answer): boolean {
  const account = JSON.parse(text);
  return account.customer.email === email && account.alias === alias && versionOf(headers.etag) === version;
}

async function wholeLog(client: Client, watch: Watch): Promise<Followed> {
  const log: Followed = { seen: [], position: 0 };
  for (;;) {
    const items = await changesAfter(client, log.position, 0);
    if (items?.length === 0) return log;
    for (const item of items ?? []) take(log, item, watch);
  }
}

/** The log has each effect once, and is what its follower was told. */
function compare(log: Followed, { creates, patches, followed }: Written, watch: Watch): void {
  const counts = new Map<string, number>();
  for (const text of log.seen) {
    const { kind } = JSON.parse(text);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const expected = { 'customer.created': creates, 'account.created': creates, 'account.updated': patches };
  for (const [kind, count] of Object.entries(expected)) {
    if (counts.get(kind) !== count)
      watch.fault(`the log has ${counts.get(kind)} of ${kind}, acknowledged were ${count}`);
  }
  const differs = followed.seen.findIndex((text, index) => text !== log.seen[index]);
  if (differs >= 0)
    watch.fault('what the follower was told is not in the log', `${followed.seen[differs]} is ${log.seen[differs]}`);
}
