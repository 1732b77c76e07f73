import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;
const accountsOf = (customerNumber: number) => `/profiles/${customerNumber}/customer-accounts`;

describe('A2 create', () => {
  test('200 with nothing: a generated UUIDv7, no alias, not the default', async () => {
    const { customerNumber } = await server.profile();
    for (const body of [{}, { accountId: null, alias: null, isDefault: null }]) {
      const response = await call('POST', accountsOf(customerNumber), body);
      const { id, customerAccountId, createdAt, ...rest } = succeeded(response);
      assert.match(customerAccountId, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.deepEqual(rest, { customerNumber, isDefault: false, createdBy: 'eksempel-app' });
      assert.equal(response.headers.etag, `"a${id}-1"`);
      assert.equal(response.headers.location, undefined);
    }
  });

  test('200 ids are kept exactly: case, blanks, combining characters', async () => {
    const { customerNumber } = await server.profile();
    const ids = [
      'EKS:CustomerAccount:aB',
      'eks:customeraccount:ab',
      ' blank ',
      'e\u0301',
      '\u00e9',
      '...',
      '%2F/?#',
      '\u{1f68c}'.repeat(60),
    ];
    for (const accountId of ids)
      assert.equal((await server.account(customerNumber, { accountId })).customerAccountId, accountId);
  });

  test('200 an alias is trimmed and may be 60 characters long', async () => {
    const { customerNumber } = await server.profile();
    assert.equal((await server.account(customerNumber, { alias: ' Jobb ' })).alias, 'Jobb');
    const longest = '\u{1f68c}'.repeat(60);
    assert.equal((await server.account(customerNumber, { alias: `  ${longest}  ` })).alias, longest);
  });

  test('200 isDefault takes the flag from the other account, which shows the change', async () => {
    const { customerNumber } = await server.profile();
    server.clock.now = new Date('2026-03-02T08:00:00Z');
    const first = await server.account(customerNumber, { isDefault: true });
    server.clock.now = new Date('2026-03-02T09:00:00Z');
    const second = await server.account(customerNumber, { isDefault: true });
    server.clock.now = undefined;
    assert.deepEqual(succeeded(await call('GET', accountsOf(customerNumber))), [
      second,
      { ...first, isDefault: false, changedAt: '2026-03-02T09:00:00.000Z', changedBy: 'eksempel-app' },
    ]);
    const { headers } = await call('GET', `${accountsOf(customerNumber)}/${first.customerAccountId}`);
    assert.equal(headers.etag, `"a${first.id}-2"`);
    assert.equal(
      succeeded(await call('GET', `/profiles/${customerNumber}`)).customerAccountId,
      second.customerAccountId,
    );
  });

  test('400/400 each faulty member is named', async () => {
    const { customerNumber } = await server.profile();
    const faulty: [unknown, ...string[]][] = [
      [{ accountId: '' }, 'accountId'],
      [{ accountId: '.' }, 'accountId'],
      [{ accountId: '..' }, 'accountId'],
      [{ accountId: 'x'.repeat(61) }, 'accountId'],
      [{ accountId: 'a\u0001' }, 'accountId'],
      [{ accountId: 7 }, 'accountId'],
      [{ alias: '' }, 'alias'],
      [{ alias: '   ' }, 'alias'],
      [{ alias: 'x'.repeat(61) }, 'alias'],
      [{ alias: ['a'] }, 'alias'],
      [{ isDefault: 'true' }, 'isDefault'],
      [{ isDefault: 1 }, 'isDefault'],
      [{ customerAccountId: 'a' }, 'customerAccountId', 'accountId, alias, isDefault'],
      [{ id: 1, organisationId: server.organisation.id }, 'id, organisationId'],
      [{ accountId: '', alias: '', isDefault: 0, note: 1 }, 'accountId', 'alias', 'isDefault', 'note'],
    ];
    for (const [body, ...names] of faulty)
      refused(await call('POST', accountsOf(customerNumber), body), 400, 400, ...names);
    for (const body of ['[]', '"a"', '1', 'true', 'null']) {
      refused(await call('POST', accountsOf(customerNumber), body), 400, 400, 'JSON');
    }
    assert.deepEqual(succeeded(await call('GET', accountsOf(customerNumber))), []);
  });

  test('400/400 "Resource exists": the id is taken, by any customer; reported before the alias', async () => {
    const { customerNumber } = await server.profile();
    const { customerNumber: other } = await server.profile();
    await server.account(customerNumber, { accountId: 'EKS:1', alias: 'Jobb' });
    for (const owner of [customerNumber, other]) {
      refused(
        await call('POST', accountsOf(owner), { accountId: 'EKS:1', alias: 'Jobb' }),
        400,
        400,
        'Resource exists',
        'accountId',
      );
    }
  });

  test('400/624 the alias is taken by the same customer, compared after trim and NFC', async () => {
    const { customerNumber } = await server.profile();
    const { customerNumber: other } = await server.profile();
    await server.account(customerNumber, { alias: 'Caf\u00e9' });
    refused(await call('POST', accountsOf(customerNumber), { alias: ' Cafe\u0301 ' }), 400, 624);
    await server.account(customerNumber, { alias: 'caf\u00e9' });
    await server.account(other, { alias: 'Caf\u00e9' });
  });

  test('200 a deleted id may be used again, for a new account', async () => {
    const { customerNumber } = await server.profile();
    const first = await server.account(customerNumber, { accountId: 'EKS:again', alias: 'Jobb', isDefault: true });
    const path = `${accountsOf(customerNumber)}/EKS:again`;
    assert.equal((await call('DELETE', path)).status, 200);
    const second = await server.account(customerNumber, { accountId: 'EKS:again' });
    assert.notEqual(second.id, first.id);
    assert.equal(second.alias, undefined);
    assert.equal(second.isDefault, false);
    assert.notEqual((await call('GET', path)).headers.etag, `"a${first.id}-1"`);
  });

  test('400/400 "Resource exists": an erased id is never used again', async () => {
    const { customerNumber } = await server.profile();
    const { customerNumber: other } = await server.profile();
    await server.account(customerNumber, { accountId: 'EKS:erased' });
    await eraseCustomer(server.store, tesseraActor(server.organisation, 'job', new Date()), { customerNumber });
    refused(
      await call('POST', accountsOf(other), { accountId: 'EKS:erased' }),
      400,
      400,
      'Resource exists',
      'accountId',
    );
    refused(await call('POST', accountsOf(customerNumber), {}), 404, 617);
  });

  test('400/400 a passive customer gets no account', async () => {
    const { customerNumber } = await server.profile();
    succeeded(await call('DELETE', `/profiles/${customerNumber}`));
    refused(await call('POST', accountsOf(customerNumber), {}), 400, 400);
  });

  test('404/617 unknown customer; a faulty body is told first', async () => {
    refused(await call('POST', accountsOf(999), {}), 404, 617);
    refused(await call('POST', accountsOf(999), { alias: '' }), 400, 400, 'alias');
  });
});

describe('Idempotency-Key', () => {
  test('200 a repeat gets the same account; another body 400/400', async () => {
    const { customerNumber } = await server.profile();
    const headers = { 'Idempotency-Key': 'k-1' };
    const first = await call('POST', accountsOf(customerNumber), { alias: 'Jobb' }, { headers });
    const repeat = await call('POST', accountsOf(customerNumber), { alias: 'Jobb' }, { headers });
    assert.deepEqual([repeat.status, repeat.body], [200, succeeded(first)]);
    assert.equal(repeat.headers.etag, first.headers.etag);
    assert.equal(repeat.headers['idempotency-replayed'], 'true');
    refused(
      await call('POST', accountsOf(customerNumber), { alias: 'Fritid' }, { headers }),
      400,
      400,
      'Idempotency-Key',
    );
    assert.equal(succeeded(await call('GET', accountsOf(customerNumber))).length, 1);
    refused(
      await call('POST', accountsOf(customerNumber), {}, { headers: { 'Idempotency-Key': '' } }),
      400,
      400,
      'Idempotency-Key',
    );
  });

  test('200 concurrent repeats create one account', async () => {
    const { customerNumber } = await server.profile();
    const headers = { 'Idempotency-Key': 'k-2' };
    const all = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', accountsOf(customerNumber), {}, { headers })),
    );
    assert.equal(new Set(all.map((response) => succeeded(response).customerAccountId)).size, 1);
    assert.equal(succeeded(await call('GET', accountsOf(customerNumber))).length, 1);
  });
});
