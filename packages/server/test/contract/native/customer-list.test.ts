import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

/** Who is there, by the name that the tests use. */
const numbers: Record<string, number> = {};
const people: Record<string, object> = {
  ada: { familyName: 'Vale', givenName: 'Ada', email: 'Ada@Example.com', telephone: '+44 20 7946 0001' },
  bo: { familyName: 'Valentine', givenName: 'Bo', email: 'bo+swim@example.com', customerRef: 'B/1 %' },
  cy: { familyName: 'O\u2019Neill', givenName: 'Cy', email: 'cy@example.com', telephone: '020 7946 0001' },
  percent: { familyName: '100% Wool', email: 'percent@example.com' },
  underscore: { familyName: 'a_b', email: 'underscore@example.com' },
  letter: { familyName: 'aXb', email: 'letter@example.com' },
  backslash: { familyName: 'back\\slash', email: 'backslash@example.com' },
  accent: { familyName: '\u00c9mile', email: 'accent@example.com' },
  club: { type: 'Organization', name: 'Valley Club', givenName: undefined, familyName: undefined, email: undefined },
  full: { name: 'Valeria Ash', familyName: undefined, givenName: undefined, email: 'full@example.com' },
  passive: { familyName: 'Valdez', email: 'passive@example.com' },
  erased: { familyName: 'Valerased', email: 'erased@example.com', customerRef: 'GONE' },
};

before(async () => {
  for (const [name, members] of Object.entries(people)) {
    server.clock.now = new Date(Date.UTC(2026, 0, 1 + Object.keys(numbers).length));
    numbers[name] = (await api.customer(members)).customerNumber;
  }
  server.clock.now = undefined;
  const actor = actorOf(server.organisation, new Date('2026-02-01T00:00:00Z'));
  await deactivateCustomer(server.store, actor, numbers.passive as number, new Date('2030-01-01T00:00:00Z'), 'test');
  await send('DELETE', `/v1/customers/${numbers.erased}`);
});

/** Names of the customers that a query finds, in its order. */
async function found(query: string): Promise<string[]> {
  const { status, body, text } = await send('GET', `/v1/customers?${query}`);
  assert.equal(status, 200, text);
  return body.items.map((item: { customerNumber: number }) =>
    Object.keys(numbers).find((name) => numbers[name] === item.customerNumber),
  );
}

const there = Object.keys(people).filter((name) => name !== 'erased');

/** Two servers give numbers from blocks of their own: then it is not the order in which customers were created. */
const byNumber = (names: string[]) => names.toSorted((a, b) => Number(numbers[a]) - Number(numbers[b]));

test('200 without a filter: all but the erased, by number, each as a read shows it', async () => {
  assert.deepEqual(await found(''), byNumber(there));
  const { body, headers } = await send('GET', '/v1/customers');
  assert.equal(headers['cache-control'], 'private, no-store');
  assert.equal(body.next, undefined);
  assert.deepEqual(body.items[0], (await send('GET', `/v1/customers/${numbers.ada}`)).body);
});

const filters: [query: string, expected: string[]][] = [
  ['email=ada@example.com', ['ada']],
  ['email=%20ADA@EXAMPLE.COM%20', ['ada']],
  ['email=bo%2Bswim@example.com', ['bo']],
  ['email=nobody@example.com', []],
  ['email=erased@example.com', []],
  ['telephone=%2B44%20(0)20', []],
  ['telephone=%2B442079460001', ['ada']],
  ['telephone=+44-20-7946-0001', ['ada']],
  ['telephone=02079460001', ['cy']],
  ['telephone=442079460001', []],
  ['customerRef=B%2F1%20%25', ['bo']],
  ['customerRef=%20B/1+%25%20', ['bo']],
  ['customerRef=b/1%20%25', []],
  ['customerRef=GONE', []],
  ['name=val', ['ada', 'bo', 'club', 'full', 'passive']],
  ['name=VALE', ['ada', 'bo', 'full']],
  ['name=%20valen%20', ['bo']],
  ['name=ada', []],
  ['name=100%25', ['percent']],
  ['name=%25', []],
  ['name=_', []],
  ['name=a_', ['underscore']],
  ['name=a', ['underscore', 'letter']],
  ['name=back%5C', ['backslash']],
  ['name=%5C', []],
  ["name='", []],
  ['name=o%E2%80%99n', ['cy']],
  ['name=%C3%A9m', ['accent']],
  ['name=e%CC%81m', ['accent']],
  ['name=em', []],
  ['name=%F4%8F%BF%BF', []],
  ['status=active', there.filter((name) => name !== 'passive')],
  ['status=passive', ['passive']],
  ['changedSince=2026-01-10T00:00:00Z', ['full', 'passive']],
  ['changedSince=2026-01-10', ['full', 'passive']],
  ['changedSince=2026-01-10T00:00:00.001Z', ['passive']],
  ['changedSince=2026-01-10T12:00:00%2B12:00', ['full', 'passive']],
  ['changedSince=2026-01-10T23:59:00%2B23:59', ['full', 'passive']],
  ['changedSince=2026-01-10t00:00:00z', ['full', 'passive']],
  ['changedSince=9999-12-31T23:59:59.999Z', []],
  ['changedSince=0001-01-01T00:00:00Z&status=passive', ['passive']],
  ['name=val&status=active', ['ada', 'bo', 'club', 'full']],
  ['name=val&status=active&telephone=%2B442079460001&email=ada@example.com', ['ada']],
  ['name=val&email=cy@example.com', []],
  ['customerRef=GONE&status=active', []],
  ['name=val&changedSince=2026-01-02T00:00:00Z&limit=2', ['bo', 'club']],
];

for (const [query, expected] of filters) {
  test(`200 ?${query}: ${expected.join(', ') || 'nobody'}`, async () => {
    assert.deepEqual(await found(query), query.includes('changedSince') ? expected : byNumber(expected));
  });
}

test('200 ?customerRef= finds by the number where no reference is set, and not where one is', async () => {
  assert.deepEqual(await found(`customerRef=${numbers.ada}`), ['ada']);
  assert.deepEqual(await found(`customerRef=${numbers.bo}`), []);
  assert.deepEqual(await found(`customerRef=0${numbers.ada}`), []);
  assert.deepEqual(await found('customerRef=9999999999999999'), []);
});

test('200 ?changedSince= in the order of change; a change moves a customer to the end', async () => {
  const since = 'changedSince=2026-01-01T00:00:00Z';
  assert.deepEqual(await found(since), there);
  server.clock.now = new Date('2026-03-01T00:00:00Z');
  await api.patch(`/v1/customers/${numbers.ada}`, { jobTitle: 'Baker' });
  server.clock.now = undefined;
  assert.deepEqual(await found(since), [...there.filter((name) => name !== 'ada'), 'ada']);
});

test("200 ?changedSince= is about the customer's own data: an account changes nothing", async () => {
  await api.account({ customerNumber: numbers.cy });
  assert.deepEqual(await found('changedSince=2026-02-02T00:00:00Z'), ['ada']);
});

const faulty: [query: string, places: string[]][] = [
  ['email=', ['?email']],
  ['email=nobody', ['?email']],
  ['email=bo+swim@example.com', ['?email']],
  [`email=${'e'.repeat(243)}@example.com`, ['?email']],
  ['telephone=', ['?telephone']],
  ['telephone=unknown', ['?telephone']],
  [`telephone=${'1'.repeat(41)}`, ['?telephone']],
  ['customerRef=', ['?customerRef']],
  ['customerRef=%20', ['?customerRef']],
  [`customerRef=${'r'.repeat(41)}`, ['?customerRef']],
  ['name=', ['?name']],
  ['name=%20%20', ['?name']],
  [`name=${'n'.repeat(201)}`, ['?name']],
  ['status=erased', ['?status']],
  ['status=Active', ['?status']],
  ['changedSince=yesterday', ['?changedSince']],
  ['changedSince=2026-02-29T00:00:00Z', ['?changedSince']],
  ['changedSince=2026-01-01T00:00:00+01:00', ['?changedSince']],
  ['changedSince=2026-01-01T00:00:00', ['?changedSince']],
  ['changedSince=0000-01-01T00:00:00Z', ['?changedSince']],
  ['changedSince=0001-01-01T00:00:00%2B01:00', ['?changedSince']],
  ['limit=0', ['?limit']],
  ['limit=201', ['?limit']],
  ['limit=-1', ['?limit']],
  ['limit=1.5', ['?limit']],
  ['limit=1e2', ['?limit']],
  ['limit=010', ['?limit']],
  ['limit=', ['?limit']],
  ['limit=ten', ['?limit']],
  ['limit=99999999999999999999', ['?limit']],
  ['surprise=1', ['?surprise']],
  ['__proto__=1', ['?__proto__']],
  ['constructor=1&toString=1', ['?constructor', '?toString']],
  ['limit=1&limit=2', ['?limit']],
  ['limit=0&status=x&name=&surprise=1', ['?limit', '?status', '?name', '?surprise']],
];

for (const [query, places] of faulty) {
  test(`400 ?${query.slice(0, 60)}`, async () => {
    assertProblem(await send('GET', `/v1/customers?${query}`), 400, 'invalid', places);
  });
}

test('400 ?name with a NUL, a control character or a malformed escape', async () => {
  assertProblem(await send('GET', '/v1/customers?name=a%00'), 400, 'malformed', ['?name']);
  assertProblem(await send('GET', '/v1/customers?name=a%0A'), 400, 'malformed', ['?name']);
  for (const malformed of ['%', '%zz', '%c0%80', '%ed%a0%80', '%ff'])
    assertProblem(await send('GET', `/v1/customers?name=${malformed}`), 400, 'malformed');
});
