import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { putProfile, refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call, organisation } = server;
const put = (number: number, members: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  call('PUT', `/profiles/${number}`, { ...putProfile, ...members }, { headers });

describe('P4 update', () => {
  test('200 absent optional members are cleared, but not customerRef, language, addresses and password', async () => {
    const parent = await server.profile();
    const { customerNumber, ...created } = await server.profile({
      email: 'clear@example.com',
      customerRef: 'EKS-1',
      countryCode: '+47',
      telephoneNumberNoCountryCode: '12345678',
      landlineNumber: '22000000',
      dateOfBirth: '1988-05-17',
      languagePreferenceISO6393: 'ENG',
      nationality: 'NOR',
      vippsId: 'v-1',
      parentId: parent.customerNumber,
      password: 'abcD123',
      postalAddresses: [{ postalAddress: 'Eksempelveien 3', postCode: '0150', city: 'Oslo' }],
    });
    const hash = async () =>
      (await server.database.query('select password_hash from customer where number = $1', [customerNumber]))[0]
        ?.password_hash;
    const before = await hash();
    const { changedAt, ...after } = succeeded(await put(customerNumber));
    assert.ok(changedAt > created.createdAt);
    assert.deepEqual(after, {
      uuid: created.uuid,
      status: 'A',
      profileType: 'S',
      customerNumber,
      customerRef: 'EKS-1',
      organisationId: organisation.id,
      firstName: 'Ola',
      surname: 'Nordmann',
      username: 'clear@example.com',
      languagePreferenceISO6393: 'ENG',
      postalAddresses: created.postalAddresses,
      customerAccounts: [],
      createdAt: created.createdAt,
      createdBy: 'web',
      createdByChannel: 'web',
      changedBy: 'kundesenter',
      changedByChannel: 'crm',
    });
    assert.equal(await hash(), before);
  });

  test('200 what GET shows can be sent back as it is: nothing changes', async () => {
    const { customerNumber } = await server.profile({
      email: 'same@example.com',
      countryCode: '+47',
      telephoneNumberNoCountryCode: '12345678',
      postalAddresses: [{ postalAddress: 'Eksempelveien 3', postCode: '0150', city: 'Oslo' }],
    });
    await server.account(customerNumber, { isDefault: true });
    const shown = await call('GET', `/profiles/${customerNumber}`);
    const response = await call('PUT', `/profiles/${customerNumber}`, succeeded(shown));
    assert.deepEqual(succeeded(response), shown.body);
    assert.equal(response.headers.etag, shown.headers.etag);
  });

  test('200 new values replace old ones; a username stays when the email changes', async () => {
    const { customerNumber } = await server.profile({ email: 'old@example.com', password: 'abcD123' });
    const after = succeeded(
      await put(customerNumber, {
        email: 'new@example.com',
        customerRef: ' EKS-2 ',
        telephoneNumber: '12345678',
        languagePreference: 'NN',
        nationality: 'SWE',
        createdBy: '',
        profileType: 'X',
        unknown: 1,
      }),
    );
    assert.partialDeepStrictEqual(after, {
      email: 'new@example.com',
      username: 'old@example.com',
      customerRef: 'EKS-2',
      telephoneNumber: '12345678',
      languagePreferenceISO6393: 'NNO',
      nationality: 'SWE',
      profileType: 'S',
      createdBy: 'web',
    });
  });

  test('200 customerRef: the own number means "unset"', async () => {
    const { customerNumber } = await server.profile({ customerRef: 'EKS-3' });
    assert.equal(
      succeeded(await put(customerNumber, { customerRef: String(customerNumber) })).customerRef,
      String(customerNumber),
    );
    await server.profile({ customerRef: 'EKS-3' });
    succeeded(await put(customerNumber, { customerRef: String(customerNumber) }));
  });

  test('200 password: replaced when given', async () => {
    const { customerNumber } = await server.profile();
    const hash = async () =>
      (await server.database.query('select password_hash from customer where number = $1', [customerNumber]))[0]
        ?.password_hash;
    assert.equal(await hash(), null);
    const response = await put(customerNumber, { password: 'ny-passord-1' });
    assert.equal(response.text.includes('ny-passord-1'), false);
    assert.equal('username' in succeeded(response), false);
    const first = await hash();
    assert.match(String(first), /^scrypt:/);
    succeeded(await put(customerNumber, { password: 'ny-passord-2' }));
    assert.notEqual(await hash(), first);
  });

  test('200 addresses: unchanged ones keep their id, changed ones take places in order, [] clears', async () => {
    const street = (postalAddress: string) => ({ postalAddress, postCode: '0150', city: 'Oslo' });
    const { customerNumber, postalAddresses } = await server.profile({
      postalAddresses: [street('A 1'), street('B 1'), street('C 1')],
    });
    const [a, b, c] = postalAddresses;
    const after = succeeded(
      await put(customerNumber, { postalAddresses: [street('C 1'), street('A 2'), street('B 1'), street('D 1')] }),
    );
    const [one, two, three, four] = after.postalAddresses;
    assert.deepEqual([one, two, three], [c, { ...a, postalAddress: 'A 2' }, b]);
    assert.equal(four.postalAddress, 'D 1');
    assert.ok(![a.id, b.id, c.id].includes(four.id));
    const fewer = succeeded(await put(customerNumber, { postalAddresses: [street('B 1')] }));
    assert.deepEqual(fewer.postalAddresses, [b]);
    assert.deepEqual(succeeded(await put(customerNumber, { postalAddresses: [] })).postalAddresses, []);
  });

  test('400 faulty members with their codes; nothing is applied', async () => {
    const { customerNumber } = await server.profile({ email: 'keep@example.com' });
    const before = (await call('GET', `/profiles/${customerNumber}`)).text;
    const faulty: [number, Record<string, unknown>, ...string[]][] = [
      [400, { changedBy: undefined }, 'changedBy'],
      [400, { changedByChannel: '' }, 'changedByChannel'],
      [606, { firstName: '' }, 'firstName'],
      [606, { surname: undefined }, 'surname'],
      [400, { organisationId: 'x' }, 'organisationId'],
      [603, { email: 'x' }, 'email'],
      [400, { customerRef: '1' }, 'customerRef'],
      [605, { telephoneNumberNoCountryCode: '12345678' }, 'telephoneNumberNoCountryCode'],
      [605, { landlineNumber: 7 }, 'landlineNumber'],
      [400, { dateOfBirth: 'x' }, 'dateOfBirth'],
      [600, { password: 'short1' }, 'password'],
      [400, { parentId: customerNumber }, 'parentId'],
      [604, { postalAddresses: [{ postalAddress: 'A', postCode: 'x', city: 'B' }] }, 'postalAddresses[0].postCode'],
      [606, { firstName: '', email: 'x', password: 'x' }, 'firstName', 'email', 'password'],
    ];
    for (const [code, members, ...names] of faulty) refused(await put(customerNumber, members), 400, code, ...names);
    refused(await put(customerNumber, { organisationId: 1 }), 403, 403, 'organisationId');
    assert.equal((await call('GET', `/profiles/${customerNumber}`)).text, before);
  });

  test('400/602 and "Resource exists": email and customerRef of another customer', async () => {
    await server.profile({ email: 'hers@example.com', customerRef: 'HERS' });
    const { customerNumber } = await server.profile();
    refused(await put(customerNumber, { email: 'HERS@example.com' }), 400, 602);
    refused(await put(customerNumber, { customerRef: 'HERS' }), 400, 400, 'Resource exists');
  });

  test('404/617 unknown; a faulty body is told first', async () => {
    refused(await put(999), 404, 617);
    refused(await put(999, { surname: '' }), 400, 606, 'surname');
    refused(await put(999, {}, { 'if-match': '"x"' }), 404, 617);
  });

  test('412/412 stale If-Match, after the body, before the state', async () => {
    const { customerNumber } = await server.profile();
    const tag = `"c${customerNumber}-1"`;
    refused(await put(customerNumber, { surname: '' }, { 'if-match': '"x"' }), 400, 606);
    refused(await put(customerNumber, {}, { 'if-match': `W/${tag}` }), 412, 412);
    refused(await put(customerNumber, {}, { 'if-match': 'x' }), 400, 400, 'If-Match');
    const response = await put(customerNumber, { surname: 'Berg' }, { 'if-match': tag });
    assert.equal(succeeded(response).surname, 'Berg');
    assert.equal(response.headers.etag, `"c${customerNumber}-2"`);
    refused(await put(customerNumber, { surname: 'Vik' }, { 'if-match': tag }), 412, 412);
    succeeded(await call('DELETE', `/profiles/${customerNumber}`));
    refused(await put(customerNumber, {}, { 'if-match': tag }), 412, 412);
    refused(await put(customerNumber), 400, 400);
  });

  test('200 N writers with If-Match: one succeeds', async () => {
    const { customerNumber } = await server.profile();
    const tag = { 'if-match': `"c${customerNumber}-1"` };
    const all = await Promise.all(Array.from({ length: 12 }, (_, n) => put(customerNumber, { surname: `S${n}` }, tag)));
    assert.deepEqual(all.map(({ status }) => status).sort(), [200, ...Array.from({ length: 11 }, () => 412)]);
  });
});
