import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { assertProblem, nativeApi, person } from './support.ts';

/** What a merge patch does; what it may not is in customer-patch-limits.test.ts. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

/** Creates a customer with these members, patches it and gives back what a read shows then. */
async function patched(members: object, patch: object): Promise<Record<string, unknown>> {
  const { url } = await customer(members);
  const response = await api.patch(url, patch);
  assert.equal(response.status, 200, response.text);
  const read = await send('GET', url);
  assert.deepEqual(read.body, response.body);
  return read.body;
}

async function customer(members: object = {}): Promise<{ url: string; body: Record<string, unknown> }> {
  const body = await api.customer(members);
  return { url: `/v1/customers/${body.customerNumber}`, body };
}

test('200 absent stays, a value replaces, null removes', async () => {
  const before = { jobTitle: 'Baker', telephone: '020 7946 0001', gender: 'x', is13OrOver: true };
  const after = await patched(before, { jobTitle: 'Cook', gender: null, is13OrOver: false });
  assert.deepEqual(
    [after.jobTitle, after.telephone, 'gender' in after, after.is13OrOver],
    ['Cook', '020 7946 0001', false, false],
  );
});

test('200 null for what is not there changes nothing', async () => {
  const after = await patched({}, { jobTitle: null, address: null, otherAddress: null, emergencyContact: null });
  for (const member of ['jobTitle', 'address', 'otherAddress', 'emergencyContact']) assert.ok(!(member in after));
});

test('200 address is merged member by member', async () => {
  const address = { streetAddress: '1 Mill Lane', addressLocality: 'Bath', addressCountry: 'GB' };
  const after = await patched(
    { address },
    { address: { addressLocality: null, postalCode: 'BA1', streetAddress: '2' } },
  );
  assert.deepEqual(after.address, { streetAddress: '2', postalCode: 'BA1', addressCountry: 'GB' });
});

test('200 address begins with a patch, and ends with null or with its last member', async () => {
  const created = await patched({}, { address: { addressCountry: 'no', addressLocality: null } });
  assert.deepEqual(created.address, { addressCountry: 'NO' });
  assert.ok(!('address' in (await patched({ address: { postalCode: '1' } }, { address: null }))));
  assert.ok(!('address' in (await patched({ address: { postalCode: '1' } }, { address: { postalCode: null } }))));
});

test('200 otherAddress is replaced whole, as arrays are', async () => {
  const members = {
    address: { addressLocality: 'Bath' },
    otherAddress: [{ addressLocality: 'Wells' }, { addressLocality: 'Frome' }],
  };
  const after = await patched(members, { otherAddress: [{ postalCode: 'BA11' }] });
  assert.deepEqual(after.address, { addressLocality: 'Bath' });
  assert.deepEqual(after.otherAddress, [{ postalCode: 'BA11' }]);
  for (const none of [null, []]) assert.ok(!('otherAddress' in (await patched(members, { otherAddress: none }))));
});

test('400 the address cannot go while there are others: they would take its place', async () => {
  const members = { address: { addressLocality: 'Bath' }, otherAddress: [{ addressLocality: 'Wells' }] };
  const { url, body } = await customer(members);
  assertProblem(await api.patch(url, { address: null }), 400, 'invalid', ['/address']);
  assertProblem(await api.patch(url, { address: { addressLocality: null } }), 400, 'invalid', ['/address']);
  assert.deepEqual((await send('GET', url)).body, body);
  const both = await api.patch(url, { address: null, otherAddress: null });
  assert.equal(both.status, 200);
});

test('200 an address keeps its id when another one goes (Entur shows the ids)', async () => {
  const [bath, wells, frome] = ['Bath', 'Wells', 'Frome'].map((addressLocality) => ({ addressLocality }));
  const { url, body } = await customer({ address: bath, otherAddress: [wells, frome] });
  const idsOf = async () => {
    const rows = await server.database.query(
      `select a ->> 'id' as id, a ->> 'addressLocality' as place from customer, json_array_elements(document -> 'details' -> 'addresses') a where number = $1`,
      [body.customerNumber],
    );
    return Object.fromEntries(rows.map(({ id, place }) => [place, id]));
  };
  const before = await idsOf();
  await api.patch(url, { otherAddress: [frome] });
  assert.deepEqual(await idsOf(), { Bath: before.Bath, Frome: before.Frome });
  await api.patch(url, { address: { addressLocality: 'Bristol' } });
  assert.deepEqual(await idsOf(), { Bristol: before.Bath, Frome: before.Frome });
});

test('200 emergencyContact is merged, and ends with its last member', async () => {
  const emergencyContact = { name: 'Bo', telephone: '1' };
  const after = await patched({ emergencyContact }, { emergencyContact: { name: null } });
  assert.deepEqual(after.emergencyContact, { telephone: '1' });
  const none = await patched({ emergencyContact }, { emergencyContact: { name: null, telephone: null } });
  assert.ok(!('emergencyContact' in none));
  assert.ok(!('emergencyContact' in (await patched({ emergencyContact }, { emergencyContact: null }))));
});

test('200 sameAs is replaced whole', async () => {
  const club = { type: 'Organization', name: 'Club', givenName: undefined, familyName: undefined };
  const after = await patched({ ...club, sameAs: ['https://a.example.com'] }, { sameAs: ['https://b.example.com'] });
  assert.deepEqual(after.sameAs, ['https://b.example.com']);
  assert.ok(!('sameAs' in (await patched({ ...club, sameAs: ['https://a.example.com'] }, { sameAs: [] }))));
});

test('200 stamps move with a change, and only then', async () => {
  const { url, body } = await customer();
  server.clock.now = new Date('2031-01-01T00:00:00Z');
  try {
    const same = await api.patch(url, { familyName: 'Moss' });
    assert.equal(same.body.changedAt, body.changedAt);
    const other = await api.patch(url, { familyName: 'Thorn' });
    assert.equal(other.body.changedAt, '2031-01-01T00:00:00.000Z');
    assert.equal(other.body.createdAt, body.createdAt);
  } finally {
    server.clock.now = undefined;
  }
});

test('200 as application/json too, with a charset', async () => {
  const { url } = await customer();
  for (const type of ['application/json', 'application/merge-patch+json; charset=UTF-8']) {
    const response = await send('PATCH', url, { body: '{"jobTitle":"Baker"}', headers: { 'content-type': type } });
    assert.equal(response.status, 200, response.text);
  }
});

test('two patches of different members at once both count', async () => {
  const { url } = await customer();
  const patches = Array.from({ length: 10 }, (_, index) => [
    { jobTitle: `Baker ${index}` },
    { address: { postalCode: `P${index}` } },
  ]).flat();
  const answers: TestResponse[] = await Promise.all(patches.map((patch) => api.patch(url, patch)));
  assert.ok(answers.every(({ status }) => status === 200));
  const { body, headers } = await send('GET', url);
  assert.match(body.jobTitle, /^Baker \d$/);
  assert.match(body.address.postalCode, /^P\d$/);
  assert.equal(headers.etag, '"v21"', 'one version per change, none lost');
});

test('the other accounts show what was patched', async () => {
  const { customerNumber, identifier } = await api.account({ customer: person() });
  await api.patch(`/v1/customers/${customerNumber}`, { familyName: 'Thorn' });
  const account = await send('GET', `/v1/accounts/${identifier}`);
  const { body } = await send('GET', `/v1/customers/${customerNumber}`);
  assert.deepEqual(account.body.customer, body);
});
