import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const create = (body: unknown) => send('POST', '/v1/customers', { body });

const wholePerson = {
  type: 'Person',
  givenName: 'Ada Mary',
  familyName: 'Vale',
  name: 'Ada Vale',
  email: 'Ada.Vale@Example.com',
  telephone: '+44 20 7946 0123',
  landline: '+442079460124',
  jobTitle: 'Lifeguard',
  birthDate: '1988-02-29',
  gender: 'https://schema.org/Female',
  is13OrOver: true,
  nationality: 'GBR',
  language: 'ENG',
  vippsId: 'vipps-1',
  customerRef: 'AV-1',
  address: {
    streetAddress: '1 Mill Lane',
    addressLocality: 'Bath',
    addressRegion: 'Somerset',
    postalCode: 'BA1 1AA',
    addressCountry: 'GB',
  },
  otherAddress: [{ streetAddress: '2 Quay Street', addressCountry: 'FR' }],
  emergencyContact: { name: 'Bo Vale', telephone: '020 7946 0125' },
};

const wholeOrganization = {
  type: 'Organization',
  name: 'Ash Grove Swimming Club',
  legalName: 'Ash Grove Swimming Club Ltd',
  email: 'office@ashgrove.example.com',
  telephone: '020 7946 0200',
  url: 'https://ashgrove.example.com/',
  sameAs: ['https://social.example.com/ashgrove', 'http://other.example.com/a?b=c#d'],
  vatID: 'GB 123 4567 89',
  address: { addressLocality: 'Bath' },
};

for (const [name, body] of Object.entries({ person: wholePerson, organisation: wholeOrganization })) {
  test(`201 a whole ${name} comes back as written, now and on every read`, async () => {
    const created = await create(body);
    assert.equal(created.status, 201, created.text);
    const { customerNumber, profileType, status, createdAt, changedAt, ...rest } = created.body;
    const stamps = {
      createdBy: 'test client',
      createdByChannel: 'native',
      changedBy: 'test client',
      changedByChannel: 'native',
    };
    assert.deepEqual(rest, { customerRef: String(customerNumber), ...body, ...stamps });
    assert.equal(profileType, 'standard');
    assert.equal(status, 'active');
    assert.equal(createdAt, changedAt);
    assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(created.headers.etag, '"v1"');
    assert.equal(created.headers.location, `https://accounts.example.com/v1/customers/${customerNumber}`);
    assert.equal(created.headers['cache-control'], 'private, no-cache');
    const read = await send('GET', `/v1/customers/${customerNumber}`);
    assert.equal(read.text, created.text);
    assert.equal(read.headers.etag, '"v1"');
    const head = await send('HEAD', `/v1/customers/${customerNumber}`);
    assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', '"v1"']);
  });
}

test('201 one of email, telephone, familyName and name is enough; type defaults to Person', async () => {
  for (const member of ['email', 'telephone', 'familyName', 'name']) {
    const { status, body } = await create({ [member]: member === 'email' ? 'only@example.com' : '12345' });
    assert.equal(status, 201, member);
    assert.equal(body.type, 'Person');
  }
});

test('201 text is trimmed and NFC; what is empty is absent', async () => {
  const { body } = await create({
    type: 'Organization',
    name: '\u00a0 Cafe\u0301  Ouest ',
    email: ` ${unique('trim')}@example.com `,
    address: { addressLocality: ' Lyon ', addressCountry: 'fr' },
    otherAddress: [],
    sameAs: [],
  });
  assert.equal(body.name, 'Caf\u00e9  Ouest');
  assert.match(body.email, /^trim\d+@example\.com$/);
  assert.deepEqual(body.address, { addressLocality: 'Lyon', addressCountry: 'FR' });
  assert.deepEqual([body.otherAddress, body.sameAs], [undefined, undefined]);
});

test('201 texts of exactly the greatest length, counted in code points', async () => {
  const { status, body, text } = await create({
    givenName: '𝔸'.repeat(100),
    familyName: 'f'.repeat(100),
    name: 'n'.repeat(200),
    telephone: '1'.repeat(40),
    email: `${'e'.repeat(242)}@example.com`,
    customerRef: 'R'.repeat(40),
    address: { streetAddress: '街'.repeat(200) },
  });
  assert.equal(status, 201, text);
  assert.equal(body.givenName, '𝔸'.repeat(100));
});

for (const birthDate of ['2024-02-29', '2000-02-29', '1900-01-01']) {
  test(`201 birthDate ${birthDate}`, async () => {
    assert.equal((await create({ name: 'Ida', birthDate })).status, 201);
  });
}

test("today is the organisation's: a birth on the other side of the date line", async () => {
  const { key } = await server.organisationWithKey('Auckland Pools', 'Pacific/Auckland');
  server.clock.now = new Date('2026-06-30T13:00:00Z');
  try {
    const born = (birthDate: string, of?: string) =>
      send('POST', '/v1/customers', { body: { name: 'Ida', birthDate }, ...(of ? { key: of } : {}) });
    assert.equal((await born('2026-07-01', key)).status, 201);
    assertProblem(await born('2026-07-02', key), 400, 'invalid', ['/birthDate']);
    assertProblem(await born('2026-07-01'), 400, 'invalid', ['/birthDate']);
    assert.equal((await born('2026-06-30')).status, 201);
  } finally {
    server.clock.now = undefined;
  }
});

test('201 unusual but right e-mail addresses', async () => {
  for (const email of ['a@b', "o'neill+tag@example.com", 'ünï@exämple.com', '"x"@example.com']) {
    assert.equal((await create({ email })).status, 201, email);
  }
});

test('each customer gets a number of its own, whoever creates at the same time', async () => {
  const customers = await Promise.all(Array.from({ length: 60 }, () => api.customer()));
  assert.equal(new Set(customers.map(({ customerNumber }) => customerNumber)).size, 60);
});
