import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, rowCounts } from './support.ts';

const server = await startTestServer();
const create = (body: unknown) => server.send('POST', '/v1/customers', { body });

test('400 without any of them, and 400 for {}', async () => {
  assertProblem(await create({ givenName: 'Ida', jobTitle: 'Baker' }), 400, 'invalid', ['']);
  assertProblem(await create({}), 400, 'invalid', ['']);
});

test('400 one character more, at every member', async () => {
  const longer = {
    givenName: 101,
    familyName: 101,
    name: 201,
    telephone: 41,
    landline: 21,
    jobTitle: 101,
    gender: 101,
    vippsId: 101,
    customerRef: 41,
  };
  const texts = Object.fromEntries(Object.entries(longer).map(([member, length]) => [member, 'x'.repeat(length)]));
  const address = { streetAddress: 'x'.repeat(201), postalCode: 'x'.repeat(201) };
  const emergencyContact = { name: 'x'.repeat(201), telephone: 'x'.repeat(41) };
  const email = `${'e'.repeat(243)}@example.com`;
  const response = await create({ ...texts, email, address, otherAddress: [address], emergencyContact });
  assertProblem(response, 400, 'invalid', [
    ...Object.keys(longer).map((member) => `/${member}`),
    '/email',
    '/address/streetAddress',
    '/address/postalCode',
    '/otherAddress/0/streetAddress',
    '/otherAddress/0/postalCode',
    '/emergencyContact/name',
    '/emergencyContact/telephone',
  ]);
});

test('400 names every member of the wrong form at once', async () => {
  const response = await create({
    type: 'Robot',
    givenName: 1,
    familyName: '   ',
    email: 'not an address',
    telephone: 4420,
    birthDate: '2026-02-30',
    is13OrOver: 'true',
    nationality: 'gb',
    language: 'eng',
    url: 'ftp://example.com',
    sameAs: ['https://example.com', 'example.com'],
    address: { addressCountry: 'GBR', street: 'x' },
    otherAddress: [{}],
    emergencyContact: {},
    hobby: 'chess',
  });
  assertProblem(response, 400, 'invalid', [
    '/type',
    '/givenName',
    '/familyName',
    '/email',
    '/telephone',
    '/birthDate',
    '/is13OrOver',
    '/nationality',
    '/language',
    '/url',
    '/sameAs/1',
    '/address/addressCountry',
    '/address/street',
    '/otherAddress/0',
    '/emergencyContact',
    '/hobby',
  ]);
  for (const { detail } of response.body.errors) assert.match(detail, /^(must |unknown member)/);
});

test('400 names every member of the wrong meaning at once', async () => {
  const response = await create({
    givenName: 'Ida',
    birthDate: '2999-01-01',
    nationality: 'XXX',
    customerRef: '123',
    vatID: 'GB1',
    legalName: 'Ida Ltd',
    otherAddress: [{ addressCountry: 'GB' }, { addressCountry: 'ZZ' }],
  });
  assertProblem(response, 400, 'invalid', [
    '',
    '/birthDate',
    '/nationality',
    '/customerRef',
    '/vatID',
    '/legalName',
    '/address',
    '/otherAddress/1/addressCountry',
  ]);
});

test('400 members of a person at an organisation', async () => {
  const personal = {
    givenName: 'Ida',
    familyName: 'Moss',
    birthDate: '1990-01-01',
    gender: 'x',
    jobTitle: 'x',
    emergencyContact: { name: 'x' },
    is13OrOver: true,
  };
  const response = await create({ type: 'Organization', name: 'Club', ...personal });
  assertProblem(
    response,
    400,
    'invalid',
    Object.keys(personal).map((member) => `/${member}`),
  );
});

test('400 what Tessera gives cannot be given', async () => {
  const given = { customerNumber: 1, status: 'active', profileType: 'standard', createdAt: '2026-01-01T00:00:00Z' };
  const response = await create({ name: 'Ida', ...given, parent: 1, username: 'ida', expiresAt: null });
  const places = [...Object.keys(given), 'parent', 'username', 'expiresAt'].map((member) => `/${member}`);
  assertProblem(response, 400, 'invalid', places);
});

for (const birthDate of [
  '2026-02-29',
  '1900-02-29',
  '0000-00-00',
  '2026-13-01',
  '2026-1-1',
  '1899-12-31',
  '20260101',
]) {
  test(`400 birthDate ${birthDate}`, async () => {
    assertProblem(await create({ name: 'Ida', birthDate }), 400, 'invalid', ['/birthDate']);
  });
}

for (const country of ['UK', 'EU', 'XK', 'AA']) {
  test(`400 country ${country}: not assigned`, async () => {
    const response = await create({ name: 'Ida', address: { addressCountry: country } });
    assertProblem(response, 400, 'invalid', ['/address/addressCountry']);
  });
}

for (const email of ['a', '@', 'a@', '@b', 'a@b@c', 'a b@c', 'a@b c', 'a@b\u00a0c', '']) {
  test(`400 email ${JSON.stringify(email)}`, async () => {
    assertProblem(await create({ name: 'Ida', email }), 400, 'invalid', ['/email']);
  });
}

test('400 leaves nothing behind', async () => {
  const counts = await rowCounts(server);
  await create({ name: 'Ida', birthDate: '2026-02-30' });
  await create({ givenName: 'Ida' });
  assert.deepEqual(await rowCounts(server), counts);
});
