import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts, unique } from './support.ts';

/** What is unique among the customers of an organisation: the e-mail address, compared folded, and the reference. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const urlOf = ({ customerNumber }: { customerNumber: number }) => `/v1/customers/${customerNumber}`;

const sameAddress: [name: string, stored: string, given: string][] = [
  ['the same', 'ada@example.com', 'ada@example.com'],
  ['upper case', 'bea@example.com', 'BEA@EXAMPLE.COM'],
  ['spaces around', 'cal@example.com', '  cal@example.com\u00a0'],
  ['another Unicode form', 'jos\u00e9@example.com', 'jose\u0301@example.com'],
  ['upper case in another Unicode form', '\u00e5sa@example.com', 'A\u030aSA@example.com'],
];

for (const [name, stored, given] of sameAddress) {
  test(`409 e-mail address: ${name}`, async () => {
    const holder = await api.customer({ email: stored, familyName: 'Secretholder' });
    const { customerNumber: other } = await api.customer();
    const counts = await rowCounts(server);
    const answers = [
      [await send('POST', '/v1/customers', { body: { email: given } }), '/email'],
      [await api.patch(`/v1/customers/${other}`, { email: given }), '/email'],
      [await send('POST', '/v1/accounts', { body: { customer: { email: given } } }), '/customer/email'],
      [await send('PUT', '/v1/accounts/clash', { body: { customer: { email: given } } }), '/customer/email'],
    ] as const;
    for (const [answer, place] of answers) {
      assertProblem(answer, 409, 'already-in-use', [place]);
      assert.doesNotMatch(answer.text, new RegExp(`Secretholder|${holder.customerNumber}|example\\.com"`));
    }
    assert.deepEqual(await rowCounts(server), counts);
  });
}

test('200 the own address in another case is no clash, and is kept as given', async () => {
  const customer = await api.customer({ email: 'dan@example.com' });
  const response = await api.patch(urlOf(customer), { email: 'Dan@Example.com' });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.body.email, 'Dan@Example.com');
});

test('201 addresses that only look alike', async () => {
  for (const email of ['eve@example.com', 'e.ve@example.com', 'eve+1@example.com', 'evé@example.com']) {
    assert.equal((await send('POST', '/v1/customers', { body: { email } })).status, 201, email);
  }
});

test('of 50 creates at once with one address, one succeeds', async () => {
  const bodies = Array.from({ length: 50 }, (_, index) => ({
    email: index % 2 ? 'FAY@example.com' : 'fay@example.com',
  }));
  const answers = await Promise.all(bodies.map((body) => send('POST', '/v1/customers', { body })));
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 201))
    assertProblem(answer, 409, 'already-in-use', ['/email']);
});

test('201 an address is free again after it was changed, removed or its holder erased', async () => {
  for (const free of [
    (url: string) => api.patch(url, { email: `${unique('new')}@example.com` }),
    (url: string) => api.patch(url, { email: null }),
    (url: string) => send('DELETE', url),
  ]) {
    const { email, ...customer } = await api.customer();
    assert.ok((await free(urlOf(customer))).status < 300);
    assert.equal((await send('POST', '/v1/customers', { body: { email } })).status, 201);
  }
});

test('409 an address swapped between two customers has to take a detour', async () => {
  const [one, two] = [await api.customer(), await api.customer()];
  assertProblem(await api.patch(urlOf(one), { email: two.email }), 409, 'already-in-use', ['/email']);
  await api.patch(urlOf(two), { email: null });
  assert.equal((await api.patch(urlOf(one), { email: two.email })).status, 200);
  assert.equal((await api.patch(urlOf(two), { email: one.email })).status, 200);
});

test('customerRef is the customer number until it is set, and again after null', async () => {
  const customer = await api.customer();
  assert.equal(customer.customerRef, String(customer.customerNumber));
  const set = await api.patch(urlOf(customer), { customerRef: ' REF-1 ' });
  assert.equal(set.body.customerRef, 'REF-1');
  const reset = await api.patch(urlOf(customer), { customerRef: null });
  assert.equal(reset.body.customerRef, customer.customerRef);
});

test('409 customerRef that another customer has; it is compared exactly', async () => {
  await api.customer({ customerRef: 'REF-2' });
  const customer = await api.customer({ customerRef: 'ref-2' });
  const create = await send('POST', '/v1/customers', { body: person({ customerRef: 'REF-2' }) });
  assertProblem(create, 409, 'already-in-use', ['/customerRef']);
  assertProblem(await api.patch(urlOf(customer), { customerRef: 'REF-2' }), 409, 'already-in-use', ['/customerRef']);
  const nested = await send('POST', '/v1/accounts', { body: { customer: person({ customerRef: 'REF-2' }) } });
  assertProblem(nested, 409, 'already-in-use', ['/customer/customerRef']);
});

test('400 customerRef of digits only: it could be taken for a number', async () => {
  const customer = await api.customer();
  for (const customerRef of ['1', '007', String(customer.customerNumber + 1)]) {
    const create = await send('POST', '/v1/customers', { body: person({ customerRef }) });
    assertProblem(create, 400, 'invalid', ['/customerRef']);
    assertProblem(await api.patch(urlOf(customer), { customerRef }), 400, 'invalid', ['/customerRef']);
    const nested = await send('POST', '/v1/accounts', { body: { customer: person({ customerRef }) } });
    assertProblem(nested, 400, 'invalid', ['/customer/customerRef']);
  }
});

test('200 customerRef that is the own number', async () => {
  const customer = await api.customer();
  const response = await api.patch(urlOf(customer), { customerRef: String(customer.customerNumber) });
  assert.equal(response.status, 200, response.text);
  const found = await send('GET', `/v1/customers?customerRef=${customer.customerNumber}`);
  assert.equal(found.body.items.length, 1);
});

test('201 customerRef is free again after its holder let it go', async () => {
  for (const free of [(url: string) => api.patch(url, { customerRef: null }), (url: string) => send('DELETE', url)]) {
    const customerRef = unique('FREE-');
    const customer = await api.customer({ customerRef });
    assert.ok((await free(urlOf(customer))).status < 300);
    assert.equal((await send('POST', '/v1/customers', { body: person({ customerRef }) })).status, 201);
  }
});
