import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Watch } from './watch.ts';

/** A change as its follower saw it, in words that can be compared. */
export type Followed = { seen: string[]; position: number };

type Item = { number: number; kind: string; account?: { identifier?: string }; customer?: { customerNumber?: number } };

/** Reads one page of changes after a position. Undefined when it was not answered well. */
export async function changesAfter(client: Client, position: number, wait: number): Promise<Item[] | undefined> {
  const answer = await client.once('follow', {
    method: 'GET',
    path: `/v1/changes?after=${position}&limit=1000${wait > 0 ? `&wait=${wait}` : ''}`,
  });
  return answer?.status === 200 ? JSON.parse(answer.text).items : undefined;
}

/** Follows what happens. Every number comes once and none is left out. */
export async function follow(client: Client, followed: Followed, watch: Watch, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const items = await changesAfter(client, followed.position, 5);
    if (!items) await sleep(250);
    for (const item of items ?? []) take(followed, item, watch);
    await sleep(50);
  }
}

/** Takes the next change in. */
export function take(followed: Followed, item: Item, watch: Watch): void {
  if (item.number !== followed.position + 1)
    watch.fault('the change log has a gap', `${item.number} came after ${followed.position}`);
  followed.position = item.number;
  followed.seen.push(JSON.stringify(item));
}
