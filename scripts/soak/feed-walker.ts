import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './ask.ts';
import { type FeedItem, type Follower, type Following, nameOf } from './followers.ts';

const feed = '/openactive/feeds/customer-accounts';
/** After the last page. The feed asks for more, but answers everybody for whom it has something. */
const rest = 100;

/** Walks the feed of accounts as long as a server answers: page by page, and the last one again and again. */
export async function walkFeed(
  { fleet, over, fault }: Following,
  follower: Follower & { accounts: Map<string, FeedItem> },
): Promise<void> {
  const { tenant, accounts } = follower;
  const { url } = await fleet.server();
  const headers = { authorization: `Bearer ${tenant.key}` };
  for (;;) {
    const after = follower.position === 0 ? '' : `afterChangeNumber=${follower.position}&`;
    const query = `${after}limit=${1 + Math.floor(Math.random() * 300)}`;
    const answer = await ask(`${url}${feed}?${query}`, { headers }, over);
    if (answer === 'late') throw new Error(`${query} was not answered`);
    if (answer === 'lost' || answer.status === 503) return;
    if (answer.status !== 200 && answer.status !== 429)
      throw new Error(`${query} was answered ${answer.status}: ${answer.text}`);
    const items: FeedItem[] = answer.status === 200 ? JSON.parse(answer.text).items : [];
    for (const { id, modified, state } of items) {
      if (modified <= follower.position) fault(`${nameOf(follower)} got ${modified} after ${follower.position}`);
      accounts.set(id, { id, modified, state });
      follower.position = modified;
    }
    if (items.length === 0) await sleep(rest, undefined, { signal: over });
  }
}
