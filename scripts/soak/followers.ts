import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from '../installation/tenant.ts';
import { ask } from './ask.ts';
import { eventsOf } from './event-stream.ts';
import { walkFeed } from './feed-walker.ts';
import type { Fleet } from './fleet.ts';
import type { TenantLog } from './record.ts';

/** A change as a follower was told of it. */
export type Seen = { number: number; kind: string; version: number; customerNumber?: number; accountNumber?: number };

/** The last that a follower of the accounts' feed has heard of an account. */
export type FeedItem = { id: string; modified: number; state: 'updated' | 'deleted' };

/** Somebody who follows what happens in an organisation, and goes on after every interruption. */
export type Follower = { tenant: Tenant; position: number; reconnects: number } & (
  | { form: 'pages' | 'stream'; seen: Seen[] }
  | { form: 'RPDE'; accounts: Map<string, FeedItem> }
);

/** What a follower works with. */
export type Following = {
  fleet: Fleet;
  /** Over: nobody need follow any more. */
  over: AbortSignal;
  /** For what must not happen. */
  fault: (fault: string) => void;
};

export type Followers = {
  all: readonly Follower[];
  faults: string[];
  reconnects: () => number;
  /** Whether all of a tenant have come to the end of its log. */
  haveSeen: (log: TenantLog) => boolean;
  stop: () => Promise<void>;
};

const pause = 50;

/** For each tenant: one who waits for pages of changes, one who listens to the stream, one who walks the feed of accounts. */
export function startFollowers(fleet: Fleet, tenants: readonly Tenant[], signal: AbortSignal): Followers {
  const stopping = new AbortController();
  const over = AbortSignal.any([stopping.signal, signal]);
  const faults: string[] = [];
  const following: Following = { fleet, over, fault: (fault) => void faults.push(fault) };
  const start = <F extends Follower>(follower: F, follow: (following: Following, follower: F) => Promise<void>) => {
    const done = keepGoing(() => follow(following, follower), follower);
    return { follower: follower as Follower, done };
  };
  const started = tenants.flatMap((tenant) => {
    const begin = () => ({ tenant, position: 0, reconnects: 0 });
    return [
      start({ ...begin(), form: 'pages' as const, seen: [] as Seen[] }, followPages),
      start({ ...begin(), form: 'stream' as const, seen: [] as Seen[] }, followStream),
      start({ ...begin(), form: 'RPDE' as const, accounts: new Map<string, FeedItem>() }, walkFeed),
    ];
  });

  async function keepGoing(follow: () => Promise<void>, follower: Follower): Promise<void> {
    while (!over.aborted) {
      try {
        await follow();
      } catch (error) {
        if (over.aborted) return;
        if (!(error instanceof TypeError)) return void faults.push(`${nameOf(follower)}: ${(error as Error).message}`);
      }
      follower.reconnects += 1;
      await sleep(pause);
    }
  }

  const all = started.map(({ follower }) => follower);
  return {
    all,
    faults,
    reconnects: () => all.reduce((sum, { reconnects }) => sum + reconnects, 0),
    haveSeen: ({ tenant, newest, newestOfAccounts }) =>
      all
        .filter((follower) => follower.tenant === tenant)
        .every(({ form, position }) => position >= (form === 'RPDE' ? newestOfAccounts : newest)),
    stop: async () => {
      stopping.abort();
      await Promise.all(started.map(({ done }) => done));
    },
  };
}

export function nameOf({ tenant, form }: Follower): string {
  return `the follower of ${tenant.name} by ${form}`;
}

/** Reads pages as long as a server answers. */
async function followPages({ fleet, over }: Following, follower: Follower & { seen: Seen[] }): Promise<void> {
  const { tenant, seen } = follower;
  const { url } = await fleet.server();
  for (;;) {
    const query = `after=${follower.position}&limit=${1 + Math.floor(Math.random() * 300)}&wait=30`;
    const headers = { authorization: `Bearer ${tenant.key}` };
    const answer = await ask(`${url}/v1/changes?${query}`, { headers }, over);
    if (answer === 'late') throw new Error(`${query} was not answered`);
    if (answer === 'lost' || answer.status === 503) return;
    if (answer.status !== 200) throw new Error(`${query} was answered ${answer.status}: ${answer.text}`);
    const { items, position } = JSON.parse(answer.text);
    seen.push(...items);
    follower.position = position;
  }
}

/** Listens to a stream until it ends. Throws a TypeError when its connection breaks. */
async function followStream({ fleet, over }: Following, follower: Follower & { seen: Seen[] }): Promise<void> {
  const { tenant, seen } = follower;
  const headers = {
    authorization: `Bearer ${tenant.key}`,
    accept: 'text/event-stream',
    'last-event-id': String(follower.position),
  };
  const response = await fetch(`${(await fleet.server()).url}/v1/changes`, { headers, signal: over });
  if (response.status === 503) return void (await response.body?.cancel());
  if (response.status !== 200) throw new Error(`the stream was answered ${response.status}: ${await response.text()}`);
  for await (const { id, event, data } of eventsOf(response)) {
    if (id === undefined) continue;
    if (event !== 'position') seen.push(JSON.parse(data));
    follower.position = Number(id);
  }
}
