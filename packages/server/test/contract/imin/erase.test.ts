import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { errorBody, startBroker, updateAction } from './support.ts';

const broker = await startBroker();

for (const path of ['/customer-accounts', '/customers']) {
  describe(`DELETE ${path}/:id`, () => {
    const erase = (identifier: string, options = {}) => broker.call('DELETE', `${path}/${identifier}`, options);

    it('202 without a body, the second time too', async () => {
      const identifier = await broker.account();
      for (let times = 0; times < 2; times += 1) {
        const { status, text, headers } = await erase(identifier);
        assert.equal(status, 202);
        assert.equal(text, '');
        assert.equal(headers['content-type'], undefined);
      }
    });

    it('202 and from then on 410 for everything below every account of the customer', async () => {
      const identifier = await broker.account();
      const { customer } = await broker.stored(identifier);
      const second = await createAccount(broker.store, broker.actor(), { customerNumber: customer.number }, {});
      assert.equal((await erase(identifier)).status, 202);
      for (const id of [identifier, second.account.identifier]) {
        const requests: [string, string, object?][] = [
          ['GET', `/customer-accounts/${id}`],
          ['GET', `/customers/${id}`],
          ['PATCH', `/customer-accounts/${id}`, { gender: 'x' }],
          ['PATCH', `/customers/${id}`, { gender: 'x' }],
          ['POST', `/customer-accounts/${id}/actions`, updateAction({ gender: 'x' })],
          ['GET', `/customer-accounts/${id}/linked-accounts`],
          ['GET', `/customer-accounts/${id}/linked-accounts/riverside`],
          ['DELETE', `/customer-accounts/${id}/linked-accounts/riverside`],
        ];
        for (const [method, address, body] of requests) {
          const response = await broker.call(method, address, { body });
          assert.equal(response.status, 410, `${method} ${address}`);
          const gone = ['GoneError', 'The resource has been deleted', 'This customer account was erased.'] as const;
          assert.deepEqual(response.body, errorBody(response, ...gone));
        }
        assert.equal((await erase(id)).status, 202);
      }
    });

    it('202 leaves no personal data behind, and frees the e-mail address at once', async () => {
      const email = `forget.me${path.length}@example.com`;
      const members = {
        email,
        givenName: 'Unmistakable',
        telephone: '0999 123123',
        address: { postalCode: 'FORGET 1' },
      };
      const identifier = await broker.account(members);
      const headers = { 'idempotency-key': `forget ${path}` };
      const body = updateAction({ gender: 'Unmistakable' });
      await broker.call('POST', `/customer-accounts/${identifier}/actions`, { body, headers });
      assert.equal((await erase(identifier)).status, 202);
      const tables = await broker.database.query(
        `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
      );
      assert.ok(tables.length > 5);
      for (const { table_name: table } of tables) {
        const [found] = await broker.database.query(
          `select count(*)::int as rows from "${table}" t where t::text ilike any($1)`,
          [[`%${email}%`, '%unmistakable%', '%0999%123123%', '%forget 1%']],
        );
        assert.deepEqual(found, { rows: 0 }, String(table));
      }
      assert.notEqual(await broker.account({ email }), identifier);
    });

    it('202 for the account of a deactivated customer', async () => {
      const identifier = await broker.account();
      const { customer } = await broker.stored(identifier);
      await deactivateCustomer(broker.store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
      assert.equal((await erase(identifier)).status, 202);
    });

    it('202 for an Organization', async () => {
      const identifier = await broker.elsewhere({ kind: 'organization', details: { name: 'Northmoor Rowing' } });
      assert.equal((await erase(identifier)).status, 202);
    });

    it('202 with the present entity tag in If-Match, 412 with another one, 400 with a malformed one', async () => {
      const identifier = await broker.account();
      const malformed = await erase(identifier, { headers: { 'if-match': '1.0' } });
      assert.equal(malformed.status, 400);
      assert.equal(malformed.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      assert.equal((await erase(identifier, { headers: { 'if-match': '"2.0"' } })).status, 412);
      assert.equal((await broker.call('GET', `${path}/${identifier}`)).status, 200);
      assert.equal((await erase(identifier, { headers: { 'if-match': '"1.0"' } })).status, 202);
    });

    it('404 for unknown and foreign accounts, which stay', async () => {
      const other = await broker.organisationWithKey(`Other ${path}`);
      const foreign = await broker.account({}, other.key);
      for (const identifier of ['unknown', foreign]) assert.equal((await erase(identifier)).status, 404);
      assert.equal((await broker.call('GET', `${path}/${foreign}`, { key: other.key })).status, 200);
    });

    it('410 for an account that was taken off its customer in another dialect', async () => {
      const identifier = await broker.account();
      await deleteAccount(broker.store, broker.actor(), { identifier });
      assert.equal((await erase(identifier)).status, 410);
      assert.equal(
        (
          await broker.call('POST', '/customers', {
            body: { identifier, email: `again${path.length}@example.com`, givenName: 'A', familyName: 'B' },
          })
        ).status,
        201,
      );
    });
  });
}
