import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dateIn } from '#domain/time.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { startTestServer } from '../support/server.ts';
import { requestOf, type Step, type Subject, steps } from './history-script.ts';

/*
 * Whatever the dialects write, and whatever days do: each state that a read ever showed is shown again by `?at=`, and the history leads
 * from each state to the next, from what was created on.
 */

type Members = Record<string, unknown>;

const server = await startTestServer();
const { clock, store } = server;
const headers = { 'ET-Client-Name': 'property' };
const tally = { written: 0, states: 0, entries: 0 };
let runs = 0;

test('every state comes back by its instant, and the history leads from one to the next', async () => {
  await fc.assert(fc.asyncProperty(steps, live), { numRuns: 2, endOnFailure: true });
  assert.ok(tally.written > 15 && tally.states > 40 && tally.entries > 40, JSON.stringify(tally));
});

async function live(script: Step[]): Promise<void> {
  runs += 1;
  clock.now = new Date('2026-03-27T21:00:00Z');
  const { organisation, key } = await server.organisationWithKey(`Life ${runs}`, 'Europe/Oslo');
  const { id: organisationId, baseUrl, timeZone } = organisation;
  const send = async (method: string, url: string, body?: object) => {
    const credentials = url.startsWith('/api') ? { headers: { 'X-API-KEY': key }, key: null } : { headers, key };
    const response = await server.send(method, url, { ...credentials, ...(body ? { body } : {}) });
    assert.ok(response.status < 300 || [400, 404, 409].includes(response.status), `${method} ${url}: ${response.text}`);
    return response;
  };
  await send('POST', '/v1/entitlement-lists', { slug: 'residents', title: 'Residents' });
  for (const body of [{}, { evidence: 'after', evidenceDeadlineDays: 2 }, { hidden: true }].map((more, id) => ({
    id: `${id}`,
    label: `${id}`,
    ...more,
  })))
    assert.equal((await send('POST', '/v1/entitlement-lists/residents/types', body)).status, 201);
  const prefix = `life-${runs}-`;
  const customer = { givenName: 'Ida', familyName: 'Moss', email: 'ida@example.com' };
  const { customerNumber } = (await send('POST', '/v1/accounts', { identifier: `${prefix}one`, customer })).body;
  await send('POST', '/v1/accounts', { identifier: `${prefix}two`, customerNumber });
  const urls = [`/v1/customers/${customerNumber}`, `/v1/accounts/${prefix}one`, `/v1/accounts/${prefix}two`];

  /** What reads showed, by URL and instant; and whether what days do had been written down. */
  const seen = new Map(urls.map((url) => [url, new Map<string, { body: Members; settled: boolean }>()]));
  let settled = true;
  const look = async () => {
    for (const url of urls) {
      const { body } = await send('GET', url);
      seen.get(url)?.set((clock.now as Date).toISOString(), { body, settled });
    }
  };
  await look();
  for (const { pass, by, write } of script) {
    if (pass !== 'nothing') {
      const days = pass.startsWith('days');
      clock.now = new Date(clock.now.getTime() + by * (days ? 86_400_000 : 1));
      settled &&= !days;
      if (pass === 'days, with the job') {
        await sweepAccounts(store, clock.now);
        settled = true;
      }
    }
    const subject: Subject = {
      prefix,
      customerNumber,
      organisationId,
      types: ['0', '1', '2'].map((id) => `${baseUrl}/openactive/entitlement-lists/residents#${id}`),
      today: dateIn(timeZone, clock.now),
      shown: [...(seen.get(`/v1/accounts/${prefix}${write.account}`)?.values() ?? [])].at(-1)?.body,
    };
    const request = requestOf(write, subject);
    if (request && (await send(request.method, request.url, request.body)).status < 300) tally.written += 1;
    await look();
  }
  clock.now = new Date(clock.now.getTime() + 3 * 86_400_000);
  for (const url of urls) {
    const states = seen.get(url) as typeof seen extends Map<string, infer S> ? S : never;
    for (const [instant, { body }] of states) {
      const { body: then } = await send('GET', `${url}?at=${instant}`);
      assert.deepEqual(then, body, `${url} at ${instant}`);
      tally.states += 1;
    }
    await replay(send, url, states);
  }
}

/** Goes through the history from the beginning: what it says was before was there, and what it says is after leads to what was read. */
async function replay(
  send: (method: string, url: string) => Promise<{ body: { items: Members[]; next?: string } }>,
  url: string,
  states: Map<string, { body: Members; settled: boolean }>,
): Promise<void> {
  const { items, next } = (await send('GET', `${url}/history?limit=200`)).body;
  assert.equal(next, undefined);
  const own = items.filter(({ kind }) =>
    String(kind).startsWith(url.startsWith('/v1/accounts') ? 'account' : 'customer'),
  );
  const left = own.reverse();
  const state: Members = {};
  for (const [instant, { body, settled }] of states) {
    while (left[0] && String(left[0].at) <= instant) {
      const { before = {}, after = {} } = left.shift() as { before?: Members; after?: Members };
      apply(state, before, after);
      tally.entries += 1;
    }
    if (settled) assert.deepEqual(withoutStamps(state), withoutStamps(body), `${url} at ${instant}`);
  }
  assert.deepEqual(left, []);
}

function apply(state: Members, before: Members, after: Members): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name.startsWith('changed')) continue;
    if (name === 'customer' && state.customer) {
      apply(state.customer as Members, before.customer as Members, after.customer as Members);
      continue;
    }
    assert.deepEqual(state[name], before[name], `${name} was what it is said to have been`);
    if (after[name] === undefined) delete state[name];
    else state[name] = after[name];
  }
}

/** Those of the last change are told by the entry itself. */
function withoutStamps({ changedAt: _, changedBy: __, changedByChannel: ___, ...members }: Members): Members {
  return members.customer ? { ...members, customer: withoutStamps(members.customer as Members) } : members;
}
