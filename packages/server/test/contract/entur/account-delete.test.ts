import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;

describe('A4 delete', () => {
  test('200 empty; the account is gone, its alias free, no other becomes default, audit stays', async () => {
    const { customerNumber } = await server.profile();
    const path = `/profiles/${customerNumber}/customer-accounts`;
    const doomed = await server.account(customerNumber, { alias: 'Jobb', isDefault: true });
    const other = await server.account(customerNumber);
    const response = await call('DELETE', `${path}/${doomed.customerAccountId}`);
    assert.deepEqual([response.status, response.text, response.headers['content-length']], [200, '', '0']);
    assert.equal(response.headers['content-type'], undefined);
    assert.deepEqual(succeeded(await call('GET', path)), [other]);
    await server.account(customerNumber, { alias: 'Jobb' });
    const audit = await server.database.query(
      `select operation, actor, client_name from audit where account_number = $1 order by number`,
      [doomed.id],
    );
    assert.deepEqual(audit.at(-1), { operation: 'accounts.delete', actor: 'eksempel-app', client_name: 'test client' });
  });

  test('200 for a passive customer', async () => {
    const { customerNumber } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber);
    succeeded(await call('DELETE', `/profiles/${customerNumber}`));
    assert.equal(
      (await call('DELETE', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`)).status,
      200,
    );
    assert.deepEqual(succeeded(await call('GET', `/profiles/${customerNumber}/customer-accounts`)), []);
  });

  test('404/617 twice, unknown pair, account of another customer, unknown customer', async () => {
    const { customerNumber } = await server.profile();
    const { customerNumber: other } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber);
    const foreign = await call('DELETE', `/profiles/${other}/customer-accounts/${customerAccountId}`);
    refused(foreign, 404, 617);
    refused(await call('DELETE', `/profiles/999/customer-accounts/${customerAccountId}`), 404, 617);
    assert.equal(
      (await call('DELETE', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`)).status,
      200,
    );
    const twice = await call('DELETE', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`);
    assert.deepEqual([twice.status, twice.body], [404, foreign.body]);
  });

  test('412/412 stale If-Match, 400/400 unparsable, 200 the current one', async () => {
    const { customerNumber } = await server.profile();
    const { customerAccountId, id } = await server.account(customerNumber);
    const remove = (tag: string) =>
      call('DELETE', `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`, undefined, {
        headers: { 'if-match': tag },
      });
    refused(await remove(`"a${id}-7"`), 412, 412);
    refused(await remove('nonsense'), 400, 400, 'If-Match');
    assert.equal((await remove(`"a${id}-1"`)).status, 200);
    refused(await remove('*'), 404, 617);
  });
});
