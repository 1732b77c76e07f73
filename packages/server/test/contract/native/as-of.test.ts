import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { pruneChanges } from '#operations/retention/prune-changes.ts';
import { startTestServer } from '../../support/server.ts';
import { asOf, type Entry } from './history-support.ts';
import { holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi, unique } from './support.ts';

/** `?at=`: an account or a customer as it was at an instant. The clock goes where each test sets it, from one to the next forwards. */
const server = await startTestServer();
const { send, clock } = server;
const { patch, ...api } = nativeApi(server);
const holdings = holdingsApi(server);
const accountUrl = (identifier: string) => `/v1/accounts/${identifier}`;
const customerUrl = (customerNumber: number) => `/v1/customers/${customerNumber}`;

let day = 0;
afterEach(() => {
  clock.now = undefined;
});

/** Begins a day of its own for a test: sets the clock to a time of it, and returns that. */
function newDay(): (time: string, later?: number) => Date {
  day += 2;
  const first = Date.UTC(2026, 3, day);
  return (time, later = 0) => {
    const date = new Date(first + later * 86_400_000).toISOString().slice(0, 10);
    clock.now = new Date(`${date}T${time}Z`);
    return clock.now;
  };
}

async function changed(url: string, body: object): Promise<void> {
  const response = await patch(url, body);
  assert.equal(response.status, 200, response.text);
}

test('200 an account and its customer as GET showed them then; to the millisecond', async () => {
  const at = newDay();
  const created = at('10:00:00.000');
  const { identifier, customerNumber } = await api.account({ alias: 'x' });
  const [account, customer] = [accountUrl(identifier), customerUrl(customerNumber)];
  const read = async () => [(await send('GET', account)).body, (await send('GET', customer)).body];
  const first = await read();
  const second = at('10:00:10.000');
  await changed(account, { alias: 'y' });
  const after = await read();
  const third = at('10:00:20.000');
  await changed(customer, { jobTitle: 'Baker', address: { postalCode: 'AB1' } });
  const last = await read();
  at('10:01:00.000');
  for (const [instants, shown] of [
    [[created, '2026-04-02T10:00:09.999Z', '2026-04-02T12:00:09.999+02:00'], first],
    [[second, '2026-04-02T10:00:19.999Z'], after],
    [[third, '2026-04-02T10:00:20.000999Z', '2026-04-02t10:01:00z'], last],
  ] as const) {
    for (const instant of instants) {
      assert.deepEqual(
        [(await asOf(server, account, instant)).body, (await asOf(server, customer, instant)).body],
        shown,
      );
    }
  }
});

test('200 says as of which change; has no entity tag, is not to be stored, and is never "not modified"', async () => {
  const at = newDay();
  const created = at('10:00:00');
  const { identifier, customerNumber } = await api.account();
  const other = await api.account({ customerNumber });
  at('10:00:10');
  await changed(accountUrl(other.identifier), { alias: 'x' });
  const end = at('10:01:00');
  const { items } = (await send('GET', `${customerUrl(customerNumber)}/history`)).body;
  const numbers = items.map(({ number }: Entry) => String(number));
  for (const url of [accountUrl(identifier), customerUrl(customerNumber)]) {
    const response = await asOf(server, url, end);
    assert.equal(response.headers['as-of-change'], numbers[0]);
    assert.equal(response.headers['cache-control'], 'private, no-store');
    assert.deepEqual([response.headers.etag, (await send('GET', url)).headers['as-of-change']], [undefined, undefined]);
    assert.equal((await asOf(server, url, created)).headers['as-of-change'], numbers[1]);
    const headers = { 'if-none-match': '*' };
    assert.equal((await send('GET', `${url}?at=${end.toISOString()}`, { headers })).status, 200);
    assert.equal((await send('GET', url, { headers })).status, 304);
  }
});

test('200 of two changes of one instant the later committed one counts; one that began later and came first does not', async () => {
  const at = newDay();
  at('10:00:00');
  const { identifier } = await api.account({ alias: 'first' });
  const url = accountUrl(identifier);
  const same = at('10:00:10');
  await changed(url, { alias: 'second' });
  await changed(url, { alias: 'third' });
  at('10:00:30');
  await changed(url, { alias: 'began later' });
  // What begins before and is committed after it.
  at('10:00:20');
  await changed(url, { alias: 'last' });
  at('10:01:00');
  const alias = async (instant: Date | string) => (await asOf(server, url, instant)).body.alias;
  assert.equal(await alias(same), 'third');
  assert.equal(await alias(new Date(same.getTime() + 9_999)), 'third');
  assert.equal(await alias(new Date(same.getTime() + 10_000)), 'last');
  assert.equal(await alias(new Date(same.getTime() + 20_000)), 'last');
});

test('200 what an account held then, on that day', async () => {
  const at = newDay();
  at('10:00:00');
  const { identifier } = await api.account({ accessPass: [{ text: unique('CARD-') }] });
  const url = accountUrl(identifier);
  const type = await holdings.type({ label: 'Adult', hidden: true });
  const [pass] = (await holdings.get(url)).body.accessPass;
  const granted = at('10:01:00');
  const date = (later: number) => new Date(granted.getTime() + later * 86_400_000).toISOString().slice(0, 10);
  await holdings.grant(url, { entitlementType: type, validFrom: date(0), validUntil: date(1) });
  const before = await holdings.get(url);
  assert.equal(before.body.entitlement[0].validToday, true);
  // Midnight in London, where it is summer: nothing was written since.
  const dayAfter = at('23:00:00');
  const ended = await holdings.get(url);
  assert.equal(ended.body.entitlement, undefined);
  at('10:00:00', 1);
  assert.equal(
    (await send('POST', `${url}/access-passes/${pass.id}/retire`, { body: { reason: 'lost' } })).status,
    200,
  );
  const end = at('11:00:00', 1);
  assert.deepEqual((await asOf(server, url, granted)).body, before.body);
  assert.equal((await asOf(server, url, granted)).body.hasHiddenEntitlements, true);
  assert.deepEqual((await asOf(server, url, new Date(dayAfter.getTime() - 1))).body, before.body);
  assert.deepEqual((await asOf(server, url, dayAfter)).body, ended.body);
  assert.deepEqual((await asOf(server, url, end)).body, (await holdings.get(url)).body);
});

test('200 of a long past: more than a day of changes lies between', async () => {
  const at = newDay();
  const created = at('10:00:00');
  const { identifier, customerNumber } = await api.account({ alias: 'a 0' });
  const url = accountUrl(identifier);
  for (let later = 1; later < 12; later += 1) {
    at('10:00:00', later * 3);
    if (later % 4 === 0) await changed(customerUrl(customerNumber), { jobTitle: `job ${later}` });
    else await changed(url, { alias: `a ${later}` });
  }
  at('12:00:00', 33);
  day += 34;
  const shown = [];
  for (let later = 0; later < 12; later += 1) {
    const { body } = await asOf(server, url, new Date(created.getTime() + later * 3 * 86_400_000 + 3_600_000));
    shown.push([body.alias, body.customer.jobTitle]);
  }
  const expected = ['0', '1', '2', '3', '3 4', '5 4', '6 4', '7 4', '7 8', '9 8', '10 8', '11 8'].map((text) => {
    const [alias, job] = text.split(' ');
    return [`a ${alias}`, job && `job ${job}`];
  });
  assert.deepEqual(shown, expected);
});

test('404 before it was created says since when it exists; also of an identifier that was another account before', async () => {
  const at = newDay();
  at('10:00:00');
  const identifier = unique('again-');
  await api.account({ identifier });
  at('10:00:10');
  assert.equal((await send('DELETE', accountUrl(identifier))).status, 204);
  const created = at('10:00:20');
  const { customerNumber } = await api.account({ identifier });
  at('10:01:00');
  for (const [url, name] of [
    [accountUrl(identifier), 'account'],
    [customerUrl(customerNumber), 'customer'],
  ]) {
    const response = await send('GET', `${url}?at=${new Date(created.getTime() - 1).toISOString()}`);
    assertProblem(response, 404, 'not-found');
    assert.equal(response.body.detail, `This ${name} exists since ${created.toISOString()}.`);
    assert.equal((await asOf(server, url as string, created)).body.customerNumber, customerNumber);
  }
  assertProblem(await send('GET', `/v1/accounts/nobody?at=${created.toISOString()}`), 404, 'not-found');
});

test('410 before the first change that is kept, with the instant; what did not change since then is told as it was', async () => {
  const { key } = await server.organisationWithKey('Forgetful');
  const at = newDay();
  const headers = { 'content-type': 'application/merge-patch+json' };
  const merge = async (url: string, body: object) => {
    const response = await send('PATCH', url, { key, headers, body });
    assert.equal(response.status, 200, response.text);
  };
  at('10:00:00');
  const still = await api.account({ alias: 'still' }, key);
  const moving = await api.account({ alias: 'a' }, key);
  const url = accountUrl(moving.identifier);
  await merge('/v1/organisation', { changeRetentionDays: 30 });
  const forgotten = at('10:00:00', 1);
  await merge(url, { alias: 'b' });
  const since = at('10:00:00', 40);
  const born = await api.account({ alias: 'born' }, key);
  const moved = at('10:00:00', 41);
  await merge(url, { alias: 'c' });
  const end = at('10:00:00', 42);
  assert.equal(await pruneChanges(server.store, end), 6);
  const read = (identifier: string, instant: Date) =>
    send('GET', `${accountUrl(identifier)}?at=${instant.toISOString()}`, { key });
  for (const { identifier } of [still, moving]) {
    const response = await read(identifier, forgotten);
    assertProblem(response, 410, 'history-pruned');
    assert.equal(response.body.detail, `What it was is kept since ${since.toISOString()}.`);
  }
  assertProblem(await read(born.identifier, forgotten), 404, 'not-found');
  const told = await read(still.identifier, since);
  assert.deepEqual([told.body, told.headers['as-of-change']], [still, '6']);
  const aliases = [since, new Date(moved.getTime() - 1), moved, end].map((instant) => read(moving.identifier, instant));
  assert.deepEqual(
    (await Promise.all(aliases)).map(({ body }) => body.alias),
    ['b', 'b', 'c', 'c'],
  );
  assert.equal((await read(born.identifier, end)).body.alias, 'born');
});
