import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';

// The worked examples of entur.md 6, as far as they are served: one story, whole bodies. Ids and numbers are the server's.
const server = await startTestServer();
const base = '/customers/v2';
const headers = { 'ET-Client-Name': 'eksempeltrafikk-reiseapp', 'X-Correlation-Id': 'reise-7f31' };

async function call(
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<TestResponse> {
  const response = await server.send(method, `${base}${path}`, {
    ...(body === undefined ? {} : { body }),
    headers: { ...headers, ...more },
  });
  assert.equal(response.headers['x-correlation-id'], 'reise-7f31');
  assert.equal(response.headers['cache-control'], 'no-store');
  assert.match(String(response.headers['ratelimit-policy']), /^"token-minute";q=1000000;w=60$/);
  assert.match(String(response.headers.ratelimit), /^"token-minute";r=\d+;t=\d+$/);
  return response;
}

const at = (instant: string) => {
  server.clock.now = new Date(instant);
};
const organisationId = server.organisation.id;

test('the worked examples E2 to E11', async () => {
  at('2026-03-01T10:00:00.000Z');
  const kari = await call('POST', '/profiles', {
    firstName: 'Kari Anne',
    surname: 'Nordmann',
    email: 'kari.nordmann@example.com',
    password: 'abcD123',
    organisationId,
    createdBy: 'web',
    createdByChannel: 'web',
    countryCode: '+47',
    telephoneNumberNoCountryCode: '12345678',
    dateOfBirth: '1988-05-17',
    postalAddresses: [{ postalAddress: 'Eksempelveien 3', postCode: '0150', city: 'Oslo' }],
  });
  assert.equal(kari.status, 200, kari.text);
  const number: number = kari.body.customerNumber;
  const other = await call('POST', '/profiles', {
    firstName: 'Eva',
    surname: 'Hansen',
    organisationId,
    createdBy: 'web',
    createdByChannel: 'web',
  });
  const accounts = `/profiles/${number}/customer-accounts`;

  // E2
  at('2026-03-02T08:15:30.000Z');
  const first = await call('POST', accounts, {
    accountId: 'EKS:CustomerAccount:k7Qw2',
    alias: ' Reisekort ',
    isDefault: true,
  });
  assert.equal(first.status, 200, first.text);
  const { id } = first.body;
  assert.equal(first.headers.etag, `"a${id}-1"`);
  assert.equal(first.headers.location, undefined);
  const created = {
    id,
    customerNumber: number,
    customerAccountId: 'EKS:CustomerAccount:k7Qw2',
    alias: 'Reisekort',
    isDefault: true,
    createdAt: '2026-03-02T08:15:30.000Z',
    createdBy: 'eksempeltrafikk-reiseapp',
  };
  assert.deepEqual(first.body, created);
  at('2026-03-02T08:20:00.000Z');
  const second = await call('POST', accounts, {});
  const { id: id2, customerAccountId: generated } = second.body;
  assert.match(generated, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(second.headers.etag, `"a${id2}-1"`);
  assert.deepEqual(second.body, {
    id: id2,
    customerNumber: number,
    customerAccountId: generated,
    isDefault: false,
    createdAt: '2026-03-02T08:20:00.000Z',
    createdBy: 'eksempeltrafikk-reiseapp',
  });

  // E3
  const sameId = await call('POST', `/profiles/${other.body.customerNumber}/customer-accounts`, {
    accountId: 'EKS:CustomerAccount:k7Qw2',
  });
  assert.equal(sameId.status, 400);
  assert.deepEqual(sameId.body, {
    errorCode: 400,
    shortEnglish: 'Resource exists',
    longEnglish: 'A customer account with this accountId already exists in the organisation.',
    shortNorwegian: 'Ressursen finnes allerede',
    longNorwegian: 'Det finnes allerede en kundekonto med denne accountId i organisasjonen.',
  });
  const sameAlias = await call('POST', accounts, { alias: 'Reisekort' });
  assert.equal(sameAlias.status, 400);
  assert.deepEqual(sameAlias.body, {
    errorCode: 624,
    shortEnglish: 'Alias already in use',
    longEnglish: 'Another account of this customer has this alias.',
    shortNorwegian: 'Aliaset er allerede i bruk',
    longNorwegian: 'En annen konto hos kunden har dette aliaset.',
  });

  // E4
  at('2026-03-02T09:00:00.000Z');
  const patched = await call(
    'PATCH',
    `${accounts}/${generated}`,
    { alias: 'Jobb', isDefault: true },
    {
      'Content-Type': 'application/merge-patch+json',
      'If-Match': `"a${id2}-1"`,
    },
  );
  assert.equal(patched.status, 200, patched.text);
  assert.equal(patched.headers.etag, `"a${id2}-2"`);
  const changed = { changedAt: '2026-03-02T09:00:00.000Z', changedBy: 'eksempeltrafikk-reiseapp' };
  const job = {
    id: id2,
    customerNumber: number,
    customerAccountId: generated,
    alias: 'Jobb',
    isDefault: true,
    createdAt: '2026-03-02T08:20:00.000Z',
    createdBy: 'eksempeltrafikk-reiseapp',
    ...changed,
  };
  assert.deepEqual(patched.body, job);

  // E5
  const list = await call('GET', accounts);
  assert.deepEqual(list.body, [job, { ...created, isDefault: false, ...changed }]);
  const unknown = await call('GET', '/profiles/999/customer-accounts');
  assert.equal(unknown.status, 404);
  assert.deepEqual(unknown.body, {
    errorCode: 617,
    shortEnglish: 'Not found',
    longEnglish: 'No such customer in your organisation.',
    shortNorwegian: 'Ikke funnet',
    longNorwegian: 'Kunden finnes ikke i din organisasjon.',
  });

  // E6
  at('2026-03-02T09:05:00.000Z');
  const { alias: _, ...nameless } = created;
  const cleared = await call('PATCH', `${accounts}/EKS%3ACustomerAccount%3Ak7Qw2`, { alias: null });
  const bare = { ...nameless, isDefault: false, ...changed, changedAt: '2026-03-02T09:05:00.000Z' };
  assert.deepEqual(cleared.body, bare);
  assert.equal(cleared.headers.etag, `"a${id}-3"`);
  at('2026-03-02T09:06:00.000Z');
  const nothing = await call('PATCH', `${accounts}/EKS:CustomerAccount:k7Qw2`, {});
  assert.deepEqual([nothing.body, nothing.headers.etag], [bare, `"a${id}-3"`]);
  const refused = await call('PATCH', `${accounts}/EKS:CustomerAccount:k7Qw2`, {
    alias: 'Fritid',
    accountId: 'EKS:CustomerAccount:ny',
  });
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.body, {
    errorCode: 400,
    shortEnglish: 'Invalid request',
    longEnglish: 'Member not allowed: accountId. Allowed: alias, isDefault.',
    shortNorwegian: 'Ugyldig forespørsel',
    longNorwegian: 'Feltet er ikke tillatt: accountId. Tillatt: alias, isDefault.',
  });
  const noObject = await call('PATCH', `${accounts}/EKS:CustomerAccount:k7Qw2`, ['alias']);
  assert.equal(noObject.status, 400);
  assert.deepEqual(noObject.body, {
    errorCode: 400,
    shortEnglish: 'Invalid request',
    longEnglish: 'The patch must be a JSON object.',
    shortNorwegian: 'Ugyldig forespørsel',
    longNorwegian: 'Endringen må være et JSON-objekt.',
  });
  const stale = await call(
    'PATCH',
    `${accounts}/EKS:CustomerAccount:k7Qw2`,
    { isDefault: true },
    { 'If-Match': `"a${id}-1"` },
  );
  assert.equal(stale.status, 412);
  assert.deepEqual(stale.body, {
    errorCode: 412,
    shortEnglish: 'Precondition failed',
    longEnglish: 'The account has changed; read it again and retry.',
    shortNorwegian: 'Forutsetningen feilet',
    longNorwegian: 'Kontoen er endret; les den på nytt og prøv igjen.',
  });

  // E7
  const deleted = await call('DELETE', `${accounts}/EKS:CustomerAccount:k7Qw2`);
  assert.deepEqual([deleted.status, deleted.text, deleted.headers['content-length']], [200, '', '0']);
  assert.equal(deleted.headers['content-type'], undefined);
  const again = await call('DELETE', `${accounts}/EKS:CustomerAccount:k7Qw2`);
  assert.equal(again.status, 404);
  assert.deepEqual(again.body, {
    errorCode: 617,
    shortEnglish: 'Not found',
    longEnglish: 'No such account for this customer.',
    shortNorwegian: 'Ikke funnet',
    longNorwegian: 'Kontoen finnes ikke hos denne kunden.',
  });

  // E8
  const holder = await call('GET', `/profiles/customer-accounts/${generated}`);
  const [address] = holder.body.postalAddresses;
  const profile = {
    uuid: kari.body.uuid,
    status: 'A',
    profileType: 'S',
    customerNumber: number,
    customerRef: String(number),
    organisationId,
    firstName: 'Kari Anne',
    surname: 'Nordmann',
    email: 'kari.nordmann@example.com',
    username: 'kari.nordmann@example.com',
    countryCode: '+47',
    telephoneNumberNoCountryCode: '12345678',
    telephoneNumber: '+4712345678',
    dateOfBirth: '1988-05-17',
    languagePreferenceISO6393: 'NOB',
    postalAddresses: [
      { id: address.id, postalAddress: 'Eksempelveien 3', postCode: '0150', city: 'Oslo', country: 'NO' },
    ],
    customerAccountId: generated,
    customerAccounts: [job],
    createdAt: '2026-03-01T10:00:00.000Z',
    createdBy: 'web',
    createdByChannel: 'web',
    changedAt: '2026-03-01T10:00:00.000Z',
    changedBy: 'web',
    changedByChannel: 'web',
  };
  assert.deepEqual(holder.body, profile);
  assert.match(holder.body.uuid, /^[A-Za-z0-9]{32}$/);
  assert.ok(Number.isInteger(address.id));

  // E10
  at('2026-03-02T10:00:00.000Z');
  const ola = await call('POST', '/profiles', {
    firstName: 'Ola',
    surname: 'Nordmann',
    email: 'ola.nordmann@example.com',
    password: 'abcD123',
    customerRef: 'EKS-77',
    organisationId,
    createdBy: 'web',
    createdByChannel: 'web',
  });
  assert.equal(ola.status, 200, ola.text);
  const olaNumber: number = ola.body.customerNumber;
  assert.equal(ola.headers.etag, `"c${olaNumber}-1"`);
  const born = {
    uuid: ola.body.uuid,
    status: 'A',
    profileType: 'S',
    customerNumber: olaNumber,
    customerRef: 'EKS-77',
    organisationId,
    firstName: 'Ola',
    surname: 'Nordmann',
    email: 'ola.nordmann@example.com',
    username: 'ola.nordmann@example.com',
    languagePreferenceISO6393: 'NOB',
    postalAddresses: [],
    customerAccounts: [],
    createdAt: '2026-03-02T10:00:00.000Z',
    createdBy: 'web',
    createdByChannel: 'web',
    changedAt: '2026-03-02T10:00:00.000Z',
    changedBy: 'web',
    changedByChannel: 'web',
  };
  assert.deepEqual(ola.body, born);
  const clash = await call('POST', '/profiles', {
    firstName: 'Per',
    surname: 'Hansen',
    email: 'OLA.Nordmann@example.com',
    organisationId,
    createdBy: 'web',
    createdByChannel: 'web',
  });
  assert.equal(clash.status, 400);
  assert.deepEqual(clash.body, {
    errorCode: 602,
    shortEnglish: 'Email already registered',
    longEnglish: 'Another customer of the organisation has this email.',
    shortNorwegian: 'E-postadressen er allerede registrert',
    longNorwegian: 'En annen kunde i organisasjonen har denne e-postadressen.',
  });
  const none = await call('GET', '/profiles?email=ukjent@example.com');
  assert.deepEqual([none.status, none.body], [200, []]);

  // E11, as far as the restore of a later issue
  at('2026-03-02T10:30:00.000Z');
  const put = await call('PUT', `/profiles/${olaNumber}`, {
    firstName: 'Ola',
    surname: 'Nordmann Berg',
    email: 'ola.nordmann@example.com',
    changedBy: 'kundesenter',
    changedByChannel: 'crm',
  });
  assert.equal(put.status, 200, put.text);
  assert.equal(put.headers.etag, `"c${olaNumber}-2"`);
  const overwritten = {
    ...born,
    surname: 'Nordmann Berg',
    changedAt: '2026-03-02T10:30:00.000Z',
    changedBy: 'kundesenter',
    changedByChannel: 'crm',
  };
  assert.deepEqual(put.body, overwritten);
  at('2026-03-02T10:40:00.000Z');
  const passive = await call('DELETE', `/profiles/${olaNumber}?expirationDate=2026-04-01`);
  assert.equal(passive.status, 200, passive.text);
  const { username: __, ...anonymous } = overwritten;
  assert.deepEqual(passive.body, {
    ...anonymous,
    status: 'P',
    expirationDate: '2026-04-01T00:00:00.000Z',
    changedAt: '2026-03-02T10:40:00.000Z',
    changedBy: 'eksempeltrafikk-reiseapp',
    changedByChannel: 'api',
  });
});

test('E9: no credential, a permission that is missing', async () => {
  const unauthenticated = await server.send('GET', `${base}/profiles/4100217/customer-accounts`, { key: null });
  assert.equal(unauthenticated.status, 401);
  assert.equal(unauthenticated.headers['www-authenticate'], 'Bearer');
  assert.deepEqual(unauthenticated.body, {
    errorCode: 611,
    shortEnglish: 'Not authenticated',
    longEnglish: 'Send a bearer token or an API key.',
    shortNorwegian: 'Ikke autentisert',
    longNorwegian: 'Send et bearer-token eller en API-nøkkel.',
  });
  const { key } = await server.keyWith(['customers-profile:les']);
  const path = `${base}/profiles/4100217/customer-accounts/019cada1-fb80-7226-b63c-5ab791b7584a`;
  const forbidden = await server.send('DELETE', path, { key });
  assert.equal(forbidden.status, 403);
  assert.deepEqual(forbidden.body, {
    errorCode: 403,
    shortEnglish: 'Forbidden',
    longEnglish: 'The permission customers-profile:slett is needed.',
    shortNorwegian: 'Ingen tilgang',
    longNorwegian: 'Rettigheten customers-profile:slett kreves.',
  });
});
