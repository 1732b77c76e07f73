import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;

describe('A1 list', () => {
  test('200 the default first, then the oldest, then the smallest id; [] without accounts', async () => {
    const { customerNumber } = await server.profile();
    const path = `/profiles/${customerNumber}/customer-accounts`;
    assert.deepEqual(succeeded(await call('GET', path)), []);
    server.clock.now = new Date('2026-03-02T08:00:00Z');
    const a = await server.account(customerNumber);
    const b = await server.account(customerNumber);
    server.clock.now = new Date('2026-03-01T08:00:00Z');
    const c = await server.account(customerNumber);
    server.clock.now = new Date('2026-03-03T08:00:00Z');
    const d = await server.account(customerNumber, { isDefault: true });
    server.clock.now = undefined;
    assert.deepEqual(succeeded(await call('GET', path)), [d, c, a, b]);
    assert.equal((await call('GET', path)).headers.etag, undefined);
  });

  test('200 parameters are ignored', async () => {
    const { customerNumber } = await server.profile();
    succeeded(await call('GET', `/profiles/${customerNumber}/customer-accounts?page=2&limit=x`));
  });

  test('404/617 unknown customer', async () => {
    refused(await call('GET', '/profiles/999/customer-accounts'), 404, 617, 'organisa');
  });
});

describe('A5 the profile that holds an account', () => {
  test('200 with all accounts, also when the customer is passive', async () => {
    const { customerNumber } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber, { alias: 'Jobb' });
    const found = await call('GET', `/profiles/customer-accounts/${customerAccountId}`);
    assert.deepEqual(found.body, succeeded(await call('GET', `/profiles/${customerNumber}`)));
    assert.equal(found.body.customerAccounts[0].alias, 'Jobb');
    succeeded(await call('DELETE', `/profiles/${customerNumber}`));
    const passive = succeeded(await call('GET', `/profiles/customer-accounts/${customerAccountId}`));
    assert.equal(passive.status, 'P');
    assert.equal(passive.customerAccounts.length, 1);
  });

  test('404/617 unknown or deleted id', async () => {
    refused(await call('GET', '/profiles/customer-accounts/none'), 404, 617);
    const { customerNumber } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber);
    succeededEmpty(await call('DELETE', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`));
    refused(await call('GET', `/profiles/customer-accounts/${customerAccountId}`), 404, 617);
  });
});

describe('A6 one account', () => {
  test('200 with ETag', async () => {
    const { customerNumber } = await server.profile();
    const created = await server.account(customerNumber, { alias: 'Jobb' });
    const found = await call('GET', `/profiles/${customerNumber}/customer-accounts/${created.customerAccountId}`);
    assert.deepEqual(succeeded(found), created);
    assert.equal(found.headers.etag, `"a${created.id}-1"`);
  });

  test('404/617 unknown pair, account of another customer, deleted account', async () => {
    const { customerNumber } = await server.profile();
    const { customerNumber: other } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber);
    const unknown = await call('GET', `/profiles/${customerNumber}/customer-accounts/none`);
    refused(unknown, 404, 617);
    const foreign = await call('GET', `/profiles/${other}/customer-accounts/${customerAccountId}`);
    assert.deepEqual([foreign.status, foreign.body], [404, unknown.body]);
    succeededEmpty(await call('DELETE', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`));
    const gone = await call('GET', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`);
    assert.deepEqual([gone.status, gone.body], [404, unknown.body]);
  });
});

function succeededEmpty(response: { status: number; text: string }): void {
  assert.deepEqual([response.status, response.text], [200, '']);
}
