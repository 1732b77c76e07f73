import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.ts';
import { type Followed, follow } from './follow.ts';
import type { Watch } from './watch.ts';

/** An account as the server last said it is. Only one writer changes it. */
export type Known = {
  identifier: string;
  email: string;
  alias: string | undefined;
  /** Of its entity tag. */
  version: number;
};

export type Written = {
  accounts: Known[];
  /** Creations and changes that the server said it had done. */
  creates: number;
  patches: number;
  followed: Followed;
};

export type Load = Written & {
  /** Lets what is under way succeed, and begins nothing more. Throws what a worker failed with. */
  stop: () => Promise<void>;
  /** Leaves it as it is. */
  abandon: () => void;
};

export const width = { creators: 8, patchers: 8, readers: 8 };
/** Between two requests of one client: the machine should have time for what is measured. Milliseconds. */
const rest = 5;

/**
 * Creates, changes and reads accounts until stopped. A write that is not answered, or by 503, is sent again, a creation under the same
 * key: so in the end the server has said of everything whether it is done.
 */
export function startLoad(url: string, key: string, watch: Watch): Load {
  const stopping = new AbortController();
  const client = new Client(url, key, watch);
  const followed: Followed = { seen: [], position: 0 };
  const written: Written = { accounts: [], creates: 0, patches: 0, followed };
  let serial = 0;

  async function repeat(work: () => Promise<unknown>): Promise<void> {
    while (!stopping.signal.aborted) {
      await work();
      await sleep(rest);
    }
  }

  async function create(): Promise<void> {
    serial += 1;
    const email = `${randomUUID()}@example.com`;
    const body = { customer: { givenName: 'Grace', familyName: `Holloway ${serial}`, email } };
    const headers = { 'idempotency-key': randomUUID() };
    const answer = await client.until('create', { method: 'POST', path: '/v1/accounts', headers, body });
    if (answer.status !== 201) return;
    written.creates += 1;
    const { identifier } = JSON.parse(answer.text);
    written.accounts.push({ identifier, email, alias: undefined, version: versionOf(answer.headers.etag) });
  }

  async function patch(mine: number): Promise<void> {
    const { accounts } = written;
    const pick = Math.floor(Math.random() * Math.floor(accounts.length / width.patchers)) * width.patchers + mine;
    const account = accounts[pick];
    if (!account) return;
    serial += 1;
    const alias = `Alias ${serial}`;
    const path = `/v1/accounts/${encodeURIComponent(account.identifier)}`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const answer = await client.until('patch', { method: 'PATCH', path, headers, body: { alias } });
    if (answer.status !== 200) return;
    written.patches += 1;
    const version = versionOf(answer.headers.etag);
    if (version <= account.version)
      watch.fault('a change made no new version', `${path}: ${version} after ${account.version}`);
    account.alias = alias;
    account.version = version;
  }

  /** Who was told of a version must not be shown an older one. */
  async function read(): Promise<void> {
    const account = written.accounts[Math.floor(Math.random() * written.accounts.length)];
    if (!account) return;
    const { version, identifier } = account;
    const answer = await client.once('read', { method: 'GET', path: `/v1/accounts/${encodeURIComponent(identifier)}` });
    if (answer?.status !== 200) return;
    const shown = versionOf(answer.headers.etag);
    if (shown < version)
      watch.fault('a read showed less than was acknowledged', `${identifier}: ${shown} < ${version}`);
  }

  const workers = [
    ...Array.from({ length: width.creators }, () => repeat(create)),
    ...Array.from({ length: width.patchers }, (_, mine) => repeat(() => patch(mine))),
    ...Array.from({ length: width.readers }, () => repeat(read)),
    repeat(() => client.once('readyz', { method: 'GET', path: '/readyz' }).then(() => sleep(100))),
    follow(client, followed, watch, stopping.signal),
  ];
  const working = Promise.all(workers);
  working.catch(() => {}); // whoever stops the load hears of it
  return Object.assign(written, {
    stop: async () => {
      stopping.abort();
      await working;
      client.close();
    },
    abandon: () => {
      stopping.abort();
      client.close();
    },
  });
}

/** `"v17.0"`: 17 */
export function versionOf(tag: unknown): number {
  const version = Number(/^"v(\d+)\.\d+"$/.exec(String(tag))?.[1]);
  if (Number.isNaN(version)) throw new Error(`no entity tag: ${tag}`);
  return version;
}
