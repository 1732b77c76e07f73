import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failuresOf } from '../support/openactive-validator.ts';
import { startTestServer } from '../support/server.ts';

// The same account everywhere: what one dialect writes is what the next read through any other shows, one version behind all tags.
const server = await startTestServer();
const { send, organisation } = server;

const paths = {
  native: (identifier: string) => `/v1/accounts/${identifier}`,
  openactive: (identifier: string) => `/openactive/customer-accounts/${identifier}`,
  imin: (identifier: string) => `/api/v2/customer-accounts/${identifier}`,
};

/** The account in all four dialects, with the tags of three. */
async function everywhere(identifier: string) {
  const path = encodeURIComponent(identifier);
  const [native, openactive, imin, profile] = await Promise.all([
    send('GET', paths.native(path)),
    send('GET', paths.openactive(path)),
    send('GET', paths.imin(path)),
    send('GET', `/customers/v2/profiles/customer-accounts/${path}`),
  ]);
  for (const response of [native, openactive, imin, profile]) assert.equal(response.status, 200, response.text);
  const entur = await send('GET', `/customers/v2/profiles/${profile.body.customerNumber}/customer-accounts/${path}`);
  assert.equal(entur.status, 200);
  assert.deepEqual(await failuresOf(openactive.body), []);
  return {
    native: native.body,
    openactive: openactive.body,
    imin: imin.body,
    profile: profile.body,
    entur: entur.body,
    tags: [native, openactive, imin, entur].map((response) => response.headers.etag as string),
  };
}

/** The version that all the tags carry. */
function versionOf(tags: string[], number: number): number {
  const [native, openactive, imin, entur] = tags as [string, string, string, string];
  assert.equal(openactive, imin);
  assert.equal(native, `"v${openactive.slice(1)}`);
  const version = Number(/^"(\d+)\./.exec(openactive)?.[1]);
  assert.equal(entur, `"a${number}-${version}"`);
  return version;
}

const geoff = {
  '@context': 'https://openactive.io/',
  '@type': 'CustomerAccount',
  customer: {
    '@type': 'Person',
    email: 'geoffcapes@example.com',
    telephone: '020 811 8055',
    givenName: 'Geoff',
    familyName: 'Capes',
    birthDate: '1970-01-01',
    gender: 'https://schema.org/Female',
    'imin:is13OrOver': true,
    address: {
      '@type': 'PostalAddress',
      streetAddress: 'Raynes Park High School, 46A West Barnes Lane',
      addressLocality: 'New Malden',
      addressRegion: 'London',
      postalCode: 'NW5 3DU',
      addressCountry: 'GB',
    },
    emergencyContact: { '@type': 'Person', name: 'Ralph Capes', telephone: '020 811 8055' },
  },
};

test("imin's public example comes out the same there, validator-clean in OpenActive, as a profile with an account in Entur", async () => {
  const created = await send('POST', '/api/v2/customer-accounts', { body: geoff });
  assert.equal(created.status, 201, created.text);
  const { identifier } = created.body;
  const seen = await everywhere(identifier);
  assert.deepEqual(seen.imin, {
    ...geoff,
    '@id': `${organisation.baseUrl}/api/v2/customer-accounts/${identifier}`,
    identifier,
  });

  const { 'imin:is13OrOver': _, ...shown } = geoff.customer;
  assert.deepEqual(seen.openactive.customer, shown);
  assert.equal(seen.openactive['@id'], `${organisation.baseUrl}/openactive/customer-accounts/${identifier}`);

  assert.equal(seen.profile.firstName, 'Geoff');
  assert.equal(seen.profile.surname, 'Capes');
  assert.equal(seen.profile.email, 'geoffcapes@example.com');
  assert.equal(seen.profile.dateOfBirth, '1970-01-01');
  assert.equal(seen.profile.telephoneNumber, undefined, 'does not fit Entur: digits only');
  const [{ id, ...address }] = seen.profile.postalAddresses;
  assert.ok(id > 0);
  assert.deepEqual(address, {
    postalAddress: 'Raynes Park High School, 46A West Barnes Lane',
    postCode: 'NW5 3DU',
    city: 'New Malden',
    country: 'GB',
  });
  assert.equal(seen.profile.customerAccounts[0].customerAccountId, identifier);

  assert.equal(seen.native.customer.is13OrOver, true);
  assert.equal(seen.native.customer.emergencyContact.name, 'Ralph Capes');
  versionOf(seen.tags, seen.native.number);
});

test('each dialect writes, all others show it, and the version rises once for all', async () => {
  const created = await send('PUT', paths.openactive('tour'), {
    body: {
      '@context': 'https://openactive.io/',
      '@type': 'CustomerAccount',
      customer: { '@type': 'Person', givenName: 'Greta', familyName: 'Capella', email: 'greta@example.com' },
    },
  });
  assert.equal(created.status, 201, created.text);
  let seen = await everywhere('tour');
  const { number, customerNumber } = seen.native;
  let version = versionOf(seen.tags, number);
  const risen = async (write: Promise<{ status: number; text: string }>) => {
    const response = await write;
    assert.equal(response.status, 200, response.text);
    seen = await everywhere('tour');
    const next = versionOf(seen.tags, number);
    assert.equal(next, version + 1);
    version = next;
  };

  await risen(send('PATCH', paths.native('tour'), { body: { alias: 'Jobb', isDefault: true, accountNumber: 'NM-1' } }));
  assert.deepEqual(
    [seen.openactive.accountNumber, seen.entur.alias, seen.entur.isDefault, seen.profile.customerAccountId],
    ['NM-1', 'Jobb', true, 'tour'],
  );

  await risen(
    send('POST', `${paths.imin('tour')}/actions`, {
      body: { '@type': 'CustomerUpdateAction', object: { telephone: '+4712345678', birthDate: '1971-06-14' } },
    }),
  );
  assert.deepEqual(
    [seen.native.customer.telephone, seen.openactive.customer.birthDate, seen.profile.telephoneNumber],
    ['+4712345678', '1971-06-14', '+4712345678'],
  );

  await risen(
    send('PATCH', paths.openactive('tour'), {
      body: { customer: { familyName: 'Vale', emergencyContact: { '@type': 'Person', name: 'Tomas' } } },
    }),
  );
  assert.deepEqual(
    [seen.imin.customer.familyName, seen.imin.customer.emergencyContact.name, seen.profile.surname],
    ['Vale', 'Tomas', 'Vale'],
  );

  await risen(
    send('PUT', `/customers/v2/profiles/${customerNumber}`, {
      body: {
        firstName: 'Kari',
        surname: 'Nordmann',
        email: 'kari@example.com',
        countryCode: '+47',
        telephoneNumberNoCountryCode: '12345678',
        changedBy: 'crm',
        changedByChannel: 'crm',
      },
    }),
  );
  assert.deepEqual(
    [seen.imin.customer.email, seen.openactive.customer.givenName, seen.native.customer.changedBy],
    ['kari@example.com', 'Kari', 'crm'],
  );
  assert.equal(seen.native.customer.birthDate, undefined, 'P4 clears what Entur can show');
  assert.equal(seen.imin.customer.emergencyContact.name, 'Tomas', 'P4 keeps what Entur cannot show');

  await risen(
    send('PATCH', `/customers/v2/profiles/${customerNumber}/customer-accounts/tour`, { body: { alias: null } }),
  );
  assert.equal(seen.native.alias, undefined);

  const before = await server.database.query('select count(*)::int as n from change');
  await send('PATCH', paths.openactive('tour'), { body: { customer: { familyName: 'Nordmann' } } });
  await send('PATCH', paths.imin('tour'), { body: { familyName: 'Nordmann' } });
  await send('PATCH', paths.native('tour'), { body: {} });
  assert.equal(
    versionOf((await everywhere('tour')).tags, number),
    version,
    'a write that changes nothing leaves the tag',
  );
  assert.deepEqual(await server.database.query('select count(*)::int as n from change'), before);
});

test('a stale tag of one dialect is refused after a write through another', async () => {
  const stale = (await send('GET', paths.openactive('tour'))).headers.etag as string;
  assert.equal((await send('PATCH', paths.native('tour'), { body: { alias: 'Ny' } })).status, 200);
  assert.equal(
    (await send('PATCH', paths.openactive('tour'), { body: { accountNumber: 'NM-2' }, headers: { 'if-match': stale } }))
      .status,
    412,
  );
  assert.equal((await send('DELETE', paths.imin('tour'), { headers: { 'if-match': stale } })).status, 412);
});

test('each dialect refuses what is taken through another, in its own words', async () => {
  const email = 'kari@example.com';
  const answers = await Promise.all([
    send('POST', '/v1/customers', { body: { name: 'X', email } }),
    send('POST', '/api/v2/customers', { body: { givenName: 'X', familyName: 'Y', email } }),
    send('PUT', paths.openactive('other'), {
      body: {
        '@context': 'https://openactive.io/',
        '@type': 'CustomerAccount',
        customer: { '@type': 'Person', email },
      },
    }),
    send('POST', '/customers/v2/profiles', {
      body: {
        firstName: 'X',
        surname: 'Y',
        email,
        organisationId: organisation.id,
        createdBy: 'web',
        createdByChannel: 'web',
      },
    }),
  ]);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [409, 409, 409, 400],
  );
  for (const answer of answers) assert.doesNotMatch(answer.text, /Kari|Nordmann|tour/);
  assert.equal(answers[3]?.body.errorCode, 602);
});

test('an account deleted through Entur is gone in every dialect, and its identifier can be used again with a higher version', async () => {
  const { native } = await everywhere('tour');
  assert.equal(
    (await send('DELETE', `/customers/v2/profiles/${native.customerNumber}/customer-accounts/tour`)).status,
    200,
  );
  const gone = await Promise.all([
    send('GET', paths.native('tour')),
    send('GET', paths.openactive('tour')),
    send('GET', paths.imin('tour')),
    send('GET', `/customers/v2/profiles/customer-accounts/tour`),
  ]);
  assert.deepEqual(
    gone.map((answer) => answer.status),
    [410, 410, 410, 404],
  );
  const again = await send('POST', `/customers/v2/profiles/${native.customerNumber}/customer-accounts`, {
    body: { accountId: 'tour' },
  });
  assert.equal(again.status, 200, again.text);
  const seen = await everywhere('tour');
  assert.notEqual(seen.native.number, native.number);
  assert.ok(versionOf(seen.tags, seen.native.number) > 8);
});

test('erased through any dialect: gone everywhere, for ever, and its e-mail is free at once', async () => {
  const { native } = await everywhere('tour');
  assert.equal((await send('DELETE', paths.imin('tour'))).status, 202);
  assert.equal((await send('DELETE', paths.openactive('tour'))).status, 202);
  const gone = await Promise.all([
    send('GET', paths.native('tour')),
    send('GET', paths.openactive('tour')),
    send('GET', paths.imin('tour')),
    send('GET', `/customers/v2/profiles/${native.customerNumber}`),
    send('GET', `/v1/customers/${native.customerNumber}`),
  ]);
  assert.deepEqual(
    gone.map((answer) => answer.status),
    [410, 410, 410, 404, 410],
  );
  const free = await send('POST', '/v1/customers', { body: { name: 'New', email: 'kari@example.com' } });
  assert.equal(free.status, 201);
  const reuse = await Promise.all([
    send('PUT', paths.native('tour'), { body: { customerNumber: free.body.customerNumber } }),
    send('PUT', paths.openactive('tour'), {
      body: {
        '@context': 'https://openactive.io/',
        '@type': 'CustomerAccount',
        customer: { '@type': 'Person', name: 'X' },
      },
    }),
    send('POST', '/api/v2/customer-accounts', {
      body: { ...geoff, identifier: 'tour', customer: { ...geoff.customer, email: 'new@example.com' } },
    }),
    send('POST', `/customers/v2/profiles/${free.body.customerNumber}/customer-accounts`, {
      body: { accountId: 'tour' },
    }),
  ]);
  assert.deepEqual(
    reuse.map((answer) => answer.status),
    [410, 410, 410, 400],
  );
});

test('another organisation is nowhere: its data answers like data that does not exist, in every dialect', async () => {
  const { key } = await server.organisationWithKey('Stranger');
  const mine = await send('PUT', paths.native('mine'), {
    body: { customer: { givenName: 'Ida', familyName: 'Moss', email: 'ida@example.com' } },
  });
  const n = mine.body.customerNumber;
  const pairs: [string, string, string, unknown?][] = [
    ['GET', paths.native('mine'), paths.native('nope')],
    ['PATCH', paths.native('mine'), paths.native('nope'), { alias: 'x' }],
    ['DELETE', paths.native('mine'), paths.native('nope')],
    ['GET', `/v1/customers/${n}`, '/v1/customers/5'],
    ['PATCH', `/v1/customers/${n}`, '/v1/customers/5', { name: 'x' }],
    ['DELETE', `/v1/customers/${n}`, '/v1/customers/5'],
    ['GET', `/v1/customers/${n}/accounts`, '/v1/customers/5/accounts'],
    ['GET', paths.openactive('mine'), paths.openactive('nope')],
    ['PATCH', paths.openactive('mine'), paths.openactive('nope'), { accountNumber: 'x' }],
    ['DELETE', paths.openactive('mine'), paths.openactive('nope')],
    [
      'GET',
      '/openactive/customer-accounts?customer.email=ida@example.com',
      '/openactive/customer-accounts?customer.email=nope@example.com',
    ],
    ['GET', paths.imin('mine'), paths.imin('nope')],
    ['DELETE', paths.imin('mine'), paths.imin('nope')],
    ['PATCH', paths.imin('mine'), paths.imin('nope'), { familyName: 'x' }],
    ['GET', `/customers/v2/profiles/${n}`, '/customers/v2/profiles/5'],
    ['DELETE', `/customers/v2/profiles/${n}`, '/customers/v2/profiles/5'],
    ['GET', `/customers/v2/profiles/${n}/customer-accounts`, '/customers/v2/profiles/5/customer-accounts'],
    ['POST', `/customers/v2/profiles/${n}/customer-accounts`, '/customers/v2/profiles/5/customer-accounts', {}],
    ['GET', '/customers/v2/profiles/customer-accounts/mine', '/customers/v2/profiles/customer-accounts/nope'],
    ['GET', '/customers/v2/profiles?email=ida@example.com', '/customers/v2/profiles?email=nope@example.com'],
  ];
  const plain = (text: string) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
  for (const [method, there, nowhere, body] of pairs) {
    const options = { key, ...(body === undefined ? {} : { body }) };
    const [theirs, nobodys] = [await send(method, there, options), await send(method, nowhere, options)];
    assert.equal(theirs.status, nobodys.status, `${method} ${there}`);
    assert.equal(plain(theirs.text), plain(nobodys.text), `${method} ${there}`);
  }
  assert.equal((await send('GET', paths.native('mine'))).headers.etag, mine.headers.etag, 'nothing was changed');
});

test('every write left one audit record and a document per change, with who, how and when', async () => {
  const [row] = await server.database.query(
    `select client_name, actor, dialect, channel, operation, correlation_id from audit where operation = 'customers.change' and dialect = 'entur' limit 1`,
  );
  assert.equal(row?.dialect, 'entur');
  assert.equal(row?.channel, 'crm');
  const [counts] = await server.database.query(
    `select (select count(distinct audit_number)::int from change) as writes, (select count(*)::int from audit) as audits`,
  );
  assert.equal(counts?.writes, counts?.audits);
});
