import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCustomer } from '#operations/customers/create.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, rowCounts } from './support.ts';

/** What a merge patch may not do, and that limits bind new values only (architecture.md, Settled 12). */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

async function customer(members: object = {}): Promise<{ url: string; body: Record<string, unknown> }> {
  const body = await api.customer(members);
  return { url: `/v1/customers/${body.customerNumber}`, body };
}

test('200 the type sent back as it is; 400 for another', async () => {
  const { url } = await customer();
  assert.equal((await api.patch(url, { type: 'Person' })).status, 200);
  assertProblem(await api.patch(url, { type: 'Organization' }), 400, 'invalid', ['/type']);
  assertProblem(await api.patch(url, { type: null }), 400, 'invalid', ['/type']);
});

test('200 all that can be written, sent back as it was read, changes nothing', async () => {
  const { url } = await customer({
    birthDate: '1990-01-01',
    customerRef: 'BACK-1',
    address: { addressLocality: 'Bath', addressCountry: 'GB' },
    otherAddress: [{ postalCode: '1' }],
    emergencyContact: { name: 'Bo' },
  });
  const read = await send('GET', url);
  const shown =
    'customerNumber profileType status createdAt createdBy createdByChannel changedAt changedBy changedByChannel';
  const writable = Object.entries(read.body).filter(([member]) => !shown.split(' ').includes(member));
  const counts = await rowCounts(server);
  const response = await api.patch(url, Object.fromEntries(writable));
  assert.equal(response.status, 200, response.text);
  assert.equal(response.headers.etag, read.headers.etag);
  assert.deepEqual(await rowCounts(server), counts);
});

test('200 what other dialects allow comes back unchanged: a hundred addresses, a digit reference, telephone in parts', async () => {
  const actor = { ...actorOf(server.organisation), dialect: 'entur' as const };
  const telephoneParts = { countryCode: '+47', number: '22225555' };
  const addresses = Array.from({ length: 100 }, (_, index) => ({ streetAddress: `${index} Mill Lane` }));
  const details = { familyName: 'Vale', telephone: '+4722225555', telephoneParts, addresses, parent: 4100001 };
  const { customer } = await createCustomer(server.store, actor, { kind: 'person', details });
  const url = `/v1/customers/${customer.number}`;
  const { body, headers } = await send('GET', url);
  const { familyName, telephone, address, otherAddress, customerRef } = body;
  const patch = { familyName, telephone, address, otherAddress };
  const unchanged = await api.patch(url, patch);
  assert.deepEqual([unchanged.status, unchanged.headers.etag], [200, headers.etag], unchanged.text);
  const own = await api.patch(url, { ...patch, customerRef });
  assert.deepEqual([own.status, own.body.customerRef, own.body.parent], [200, customerRef, 4100001]);
});

test('200 a telephone that came in parts and changes is no longer in parts', async () => {
  const actor = { ...actorOf(server.organisation), dialect: 'entur' as const };
  const telephoneParts = { countryCode: '+47', number: '22226666' };
  const details = { familyName: 'Vale', telephone: '+4722226666', telephoneParts };
  const { customer } = await createCustomer(server.store, actor, { kind: 'person', details });
  const stored = async () => {
    const rows = await server.database.query(
      `select document -> 'details' as details from customer where number = $1`,
      [customer.number],
    );
    return rows[0]?.details;
  };
  await api.patch(`/v1/customers/${customer.number}`, { jobTitle: 'Baker' });
  assert.deepEqual(await stored(), { ...details, jobTitle: 'Baker' });
  await api.patch(`/v1/customers/${customer.number}`, { telephone: '+4722227777' });
  assert.deepEqual(await stored(), { familyName: 'Vale', telephone: '+4722227777', jobTitle: 'Baker' });
});

test('400 when the last of email, telephone, familyName, name would go', async () => {
  const { url } = await customer({ telephone: '1' });
  const last = { email: null, telephone: null, familyName: null };
  assertProblem(await api.patch(url, last), 400, 'invalid', ['']);
  assert.equal((await api.patch(url, { ...last, name: 'Ida' })).status, 200);
});

test('200 a customer who came without any of them, through another dialect, may stay so', async () => {
  const actor = { ...actorOf(server.organisation), dialect: 'entur' as const };
  const input = { kind: 'person' as const, type: 'temporary' as const, details: { vippsId: 'v' } };
  const { customer } = await createCustomer(server.store, actor, input);
  const response = await api.patch(`/v1/customers/${customer.number}`, { jobTitle: 'Baker' });
  assert.equal(response.status, 200, response.text);
  assert.equal(response.body.createdByChannel, 'entur');
});

test('400 names every member of the wrong meaning at once', async () => {
  const { url, body } = await customer({ address: { addressCountry: 'GB' } });
  const response = await api.patch(url, {
    type: 'Organization',
    birthDate: '2999-01-01',
    nationality: 'XXX',
    customerRef: '7',
    vatID: 'GB1',
    address: { addressCountry: 'ZZ' },
    otherAddress: [{ addressCountry: 'YY' }],
  });
  assertProblem(response, 400, 'invalid', [
    '/type',
    '/birthDate',
    '/nationality',
    '/customerRef',
    '/vatID',
    '/address/addressCountry',
    '/otherAddress/0/addressCountry',
  ]);
  assert.deepEqual((await send('GET', url)).body, body);
});

test('400 names every member of the wrong form at once', async () => {
  const { url } = await customer();
  const response = await api.patch(url, {
    email: 5,
    familyName: '',
    birthDate: 'today',
    is13OrOver: 'yes',
    address: 'Bath',
    otherAddress: [null, 'x'],
    emergencyContact: { name: 5, email: 'x' },
    sameAs: null,
    customerNumber: 1,
  });
  assertProblem(response, 400, 'invalid', [
    '/email',
    '/familyName',
    '/birthDate',
    '/is13OrOver',
    '/address',
    '/otherAddress/0',
    '/otherAddress/1',
    '/emergencyContact/name',
    '/emergencyContact/email',
    '/customerNumber',
  ]);
});
