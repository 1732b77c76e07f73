import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newProfile, refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call, organisation } = server;
const body = newProfile(organisation.id);
const create = (members: Record<string, unknown>) => call('POST', '/profiles', { ...body, ...members });

describe('P2 create', () => {
  test('200 the least: what is not known is absent', async () => {
    const response = await create({});
    const { uuid, customerNumber, createdAt, ...rest } = succeeded(response);
    assert.match(uuid, /^[A-Za-z0-9]{32}$/);
    assert.equal(response.headers.etag, `"c${customerNumber}-1"`);
    assert.deepEqual(rest, {
      status: 'A',
      profileType: 'S',
      customerRef: String(customerNumber),
      organisationId: organisation.id,
      firstName: 'Ola',
      surname: 'Nordmann',
      languagePreferenceISO6393: 'NOB',
      postalAddresses: [],
      customerAccounts: [],
      createdBy: 'web',
      createdByChannel: 'web',
      changedAt: createdAt,
      changedBy: 'web',
      changedByChannel: 'web',
    });
    assert.deepEqual(succeeded(await call('GET', `/profiles/${customerNumber}`)), response.body);
  });

  test('200 the most: every member comes back as given, trimmed', async () => {
    const parent = await server.profile();
    const given = {
      email: 'Ola.Nordmann@Example.com',
      customerRef: 'EKS-77',
      countryCode: '+47',
      telephoneNumberNoCountryCode: '12345678',
      landlineNumber: '+4722000000',
      dateOfBirth: '1988-02-29',
      languagePreferenceISO6393: 'sme',
      nationality: 'NOR',
      vippsId: 'vipps-1',
      parentId: parent.customerNumber,
      profileType: 'P',
    };
    const created = await server.profile({
      ...given,
      firstName: '  Kari Anne ',
      surname: ' Nordmann ',
      postalAddresses: [
        { postalAddress: 'Eksempelveien 3', postCode: '0150', city: 'Oslo' },
        { postalAddress: '1 Test Street', postCode: 'EC1A 1BB', city: 'London', country: 'GB', id: 7 },
      ],
    });
    const { postalAddresses, ...shown } = created;
    assert.partialDeepStrictEqual(shown, {
      ...given,
      firstName: 'Kari Anne',
      surname: 'Nordmann',
      telephoneNumber: '+4712345678',
      languagePreferenceISO6393: 'SME',
    });
    assert.equal(postalAddresses.length, 2);
    const [{ id: one, ...first }, { id: two, ...second }] = postalAddresses;
    assert.deepEqual(first, { postalAddress: 'Eksempelveien 3', postCode: '0150', city: 'Oslo', country: 'NO' });
    assert.deepEqual(second, { postalAddress: '1 Test Street', postCode: 'EC1A 1BB', city: 'London', country: 'GB' });
    assert.ok(Number.isInteger(one) && Number.isInteger(two) && one !== two);
  });

  test('200 username: only type S with email and password; the password is stored as a scrypt hash', async () => {
    const signsIn = await server.profile({ email: 'Anne@Example.com', password: 'abcD123' });
    assert.equal(signsIn.username, 'anne@example.com');
    assert.equal(JSON.stringify(signsIn).includes('abcD123'), false);
    const rows = await server.database.query('select password_hash, document from customer where number = $1', [
      signsIn.customerNumber,
    ]);
    assert.match(String(rows[0]?.password_hash), /^scrypt:\d+:\d+:\d+:[^:]+:[^:]+$/);
    const everything = await server.database.query(
      `select (select json_agg(d) from change_detail d)::text || (select json_agg(a) from audit a)::text as text`,
    );
    assert.equal(String(everything[0]?.text).includes('abcD123'), false);
    assert.equal('username' in (await server.profile({ email: 'b@example.com' })), false);
    assert.equal('username' in (await server.profile({ password: 'abcD123' })), false);
    const personnel = await server.profile({ email: 'p@example.com', password: 'abcD123', profileType: 'P' });
    assert.equal('username' in personnel, false);
    const reserved = await server.database.query('select from customer where username_key = $1', ['p@example.com']);
    assert.equal(reserved.length, 0);
  });

  test('200 languages: NO, NN, EN map when the ISO code is absent; others are ignored', async () => {
    const language = async (members: Record<string, unknown>) =>
      (await server.profile(members)).languagePreferenceISO6393;
    assert.equal(await language({ languagePreference: 'NO' }), 'NOB');
    assert.equal(await language({ languagePreference: 'NN' }), 'NNO');
    assert.equal(await language({ languagePreference: 'EN' }), 'ENG');
    assert.equal(await language({ languagePreference: 'SV' }), 'NOB');
    assert.equal(await language({ languagePreference: 7 }), 'NOB');
    assert.equal(await language({ languagePreference: 'EN', languagePreferenceISO6393: 'fra' }), 'FRA');
  });

  test('200 telephoneNumber alone; ignored, whatever it is, when the pair is given', async () => {
    const alone = await server.profile({ telephoneNumber: '004712345678' });
    assert.equal(alone.telephoneNumber, '004712345678');
    assert.equal('countryCode' in alone, false);
    const both = await server.profile({
      telephoneNumber: 'no number',
      countryCode: '+1',
      telephoneNumberNoCountryCode: '2025550100',
    });
    assert.equal(both.telephoneNumber, '+12025550100');
  });

  test('200 unknown members, members of others and customerAccountId are ignored; null is absent', async () => {
    const created = await server.profile({
      note: { deep: ['x'] },
      changedBy: '',
      changedByChannel: 7,
      expirationDate: 'never',
      customerAccountId: 'x'.repeat(100),
      status: 'D',
      email: null,
      postalAddresses: null,
      password: null,
      profileType: null,
    });
    assert.equal(created.status, 'A');
    assert.equal('customerAccountId' in created, false);
    assert.equal('email' in created, false);
  });

  test('400 each faulty member with its code', async () => {
    const faulty: [number, Record<string, unknown>, ...string[]][] = [
      [400, { createdBy: undefined }, 'createdBy'],
      [400, { createdBy: ' ' }, 'createdBy'],
      [400, { createdByChannel: 'x'.repeat(101) }, 'createdByChannel'],
      [606, { firstName: undefined }, 'firstName'],
      [606, { firstName: '' }, 'firstName'],
      [606, { surname: null }, 'surname'],
      [606, { surname: 'x'.repeat(101) }, 'surname'],
      [606, { surname: 7 }, 'surname'],
      [400, { organisationId: undefined }, 'organisationId'],
      [400, { organisationId: String(organisation.id) }, 'organisationId'],
      [603, { email: 'ola' }, 'email'],
      [603, { email: '' }, 'email'],
      [603, { email: 'ola@localhost' }, 'email'],
      [603, { email: 'ola@@example.com' }, 'email'],
      [603, { email: 'ola nordmann@example.com' }, 'email'],
      [603, { email: ' ola@example.com' }, 'email'],
      [603, { email: `${'x'.repeat(69)}@example.com` }, 'email'],
      [603, { email: ['a@example.com'] }, 'email'],
      [400, { customerRef: ' ' }, 'customerRef'],
      [400, { customerRef: 'x'.repeat(41) }, 'customerRef'],
      [400, { customerRef: '4100001' }, 'customerRef'],
      [605, { countryCode: '+47' }, 'countryCode'],
      [605, { telephoneNumberNoCountryCode: '12345678' }, 'telephoneNumberNoCountryCode'],
      [605, { countryCode: '47', telephoneNumberNoCountryCode: '12345678' }, 'countryCode'],
      [605, { countryCode: '+4711', telephoneNumberNoCountryCode: '12345678' }, 'countryCode'],
      [605, { countryCode: '+47', telephoneNumberNoCountryCode: '123' }, 'telephoneNumberNoCountryCode'],
      [605, { countryCode: '+47', telephoneNumberNoCountryCode: '12 34 56 78' }, 'telephoneNumberNoCountryCode'],
      [605, { telephoneNumber: '12-34' }, 'telephoneNumber'],
      [605, { telephoneNumber: '1'.repeat(21) }, 'telephoneNumber'],
      [605, { landlineNumber: '22+0000' }, 'landlineNumber'],
      [400, { dateOfBirth: '1987-02-29' }, 'dateOfBirth'],
      [400, { dateOfBirth: '2999-01-01' }, 'dateOfBirth'],
      [400, { dateOfBirth: '0000-01-01' }, 'dateOfBirth'],
      [400, { dateOfBirth: '1988-05-17T00:00:00Z' }, 'dateOfBirth'],
      [600, { password: 'abc123' }, 'password'],
      [600, { password: 'abcdefg' }, 'password'],
      [600, { password: '1234567' }, 'password'],
      [600, { password: `a1${'x'.repeat(127)}` }, 'password'],
      [400, { languagePreferenceISO6393: 'NO' }, 'languagePreferenceISO6393'],
      [400, { nationality: 'NO' }, 'nationality'],
      [400, { nationality: 'XXX' }, 'nationality'],
      [400, { vippsId: '' }, 'vippsId'],
      [400, { parentId: 999 }, 'parentId'],
      [400, { parentId: -1 }, 'parentId'],
      [400, { parentId: 1e300 }, 'parentId'],
      [400, { parentId: '4100001' }, 'parentId'],
      [400, { profileType: 'T' }, 'profileType'],
      [400, { postalAddresses: {} }, 'postalAddresses'],
      [400, { postalAddresses: ['x'] }, 'postalAddresses[0]'],
      [400, { postalAddresses: [{ postCode: '0150', city: 'Oslo' }] }, 'postalAddresses[0].postalAddress'],
      [
        400,
        { postalAddresses: [{ postalAddress: 'x'.repeat(121), postCode: '0150', city: 'Oslo' }] },
        'postalAddresses[0].postalAddress',
      ],
      [604, { postalAddresses: [{ postalAddress: 'A', city: 'Oslo' }] }, 'postalAddresses[0].postCode'],
      [
        604,
        { postalAddresses: [{ postalAddress: 'A', postCode: '150', city: 'Oslo' }] },
        'postalAddresses[0].postCode',
      ],
      [
        604,
        { postalAddresses: [{ postalAddress: 'A', postCode: '1'.repeat(13), city: 'Oslo', country: 'GB' }] },
        'postalAddresses[0].postCode',
      ],
      [400, { postalAddresses: [{ postalAddress: 'A', postCode: '0150', city: '' }] }, 'postalAddresses[0].city'],
      [
        400,
        { postalAddresses: [{ postalAddress: 'A', postCode: '0150', city: 'Oslo', country: 'XX' }] },
        'postalAddresses[0].country',
      ],
      [
        400,
        { postalAddresses: [{ postalAddress: 'A', postCode: '0150', city: 'Oslo', country: 'Norge' }] },
        'postalAddresses[0].country',
      ],
    ];
    for (const [code, members, ...names] of faulty) refused(await create(members), 400, code, ...names);
    for (const text of ['[]', '"a"', '1', 'true', 'null'])
      refused(await call('POST', '/profiles', text), 400, 400, 'JSON');
  });

  test('400 several faults: the first in the order of the table gives the code, all are named', async () => {
    const faults = {
      postalAddresses: [{ postalAddress: 'A', postCode: 'x', city: 'Oslo' }],
      password: 'x',
      landlineNumber: 'x',
      countryCode: '47',
      email: 'x',
      surname: '',
    };
    const names = ['surname', 'email', 'countryCode', 'landlineNumber', 'password', 'postalAddresses[0].postCode'];
    refused(await create(faults), 400, 606, ...names);
    const { surname: _, ...five } = faults;
    refused(await create(five), 400, 603, ...names.slice(1));
    const { email: __, ...four } = five;
    refused(await create(four), 400, 605, ...names.slice(2));
    refused(await create({ ...faults, createdBy: '' }), 400, 400, 'createdBy', ...names);
    // Where the names are right, a foreign organisation comes first; the others are named all the same.
    refused(await create({ ...five, organisationId: 1 }), 403, 403, 'organisationId', ...names.slice(1));
    refused(await create({ ...faults, organisationId: 1 }), 400, 606, 'organisationId', ...names);
  });

  test('400/602 email taken, compared in lower case; username taken by an account whose email changed', async () => {
    const { customerNumber } = await server.profile({ email: 'first@example.com', password: 'abcD123' });
    refused(await create({ email: 'FIRST@example.com' }), 400, 602);
    succeeded(
      await call('PUT', `/profiles/${customerNumber}`, {
        firstName: 'A',
        surname: 'B',
        email: 'moved@example.com',
        changedBy: 'a',
        changedByChannel: 'b',
      }),
    );
    refused(await create({ email: 'first@example.com', password: 'abcD123' }), 400, 602);
    succeeded(await create({ email: 'first@example.com' }));
  });

  test('400/400 "Resource exists": customerRef taken', async () => {
    await server.profile({ customerRef: 'REF-1' });
    refused(await create({ customerRef: ' REF-1 ' }), 400, 400, 'Resource exists', 'customerRef');
    succeeded(await create({ customerRef: 'ref-1' }));
  });

  test('200 fifty concurrent creates with one email: one success, the others 602', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => create({ email: 'race@example.com' })));
    const refusals = all.filter(({ status }) => status !== 200);
    assert.equal(refusals.length, 49);
    for (const refusal of refusals) refused(refusal, 400, 602);
  });

  test('200 Idempotency-Key: a repeat gets the same profile', async () => {
    const headers = { 'Idempotency-Key': 'p-1' };
    const members = { ...body, email: 'idem@example.com', password: 'abcD123' };
    const first = await call('POST', '/profiles', members, { headers });
    const repeat = await call('POST', '/profiles', members, { headers });
    assert.deepEqual([repeat.body, repeat.headers.etag], [succeeded(first), first.headers.etag]);
    refused(
      await call('POST', '/profiles', { ...members, password: 'abcD124' }, { headers }),
      400,
      400,
      'Idempotency-Key',
    );
  });
});
