import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { errorBody, pointers, startBroker, updateAction } from './support.ts';
import { assertUpdateFailed, full, waysOf } from './ways.ts';

const broker = await startBroker();

for (const { name, place, send } of waysOf(broker)) {
  describe(name, () => {
    it('200 with the present entity tag in If-Match, 412 with another one', async () => {
      const identifier = await broker.account();
      const stale = await send(identifier, { gender: 'x' }, { 'if-match': '"0.9", W/"1.0"' });
      assert.equal(stale.status, 412);
      assert.equal(stale.body.additionalType, 'https://accounts.example.com/openactive/ns#PreconditionFailed');
      assert.equal((await broker.shown(identifier)).tag, '"1.0"');
      assert.equal((await send(identifier, { gender: 'x' }, { 'if-match': '"1.0"' })).status, 200);
      assert.equal((await send(identifier, { gender: 'y' }, { 'if-match': '*' })).status, 200);
      assert.equal((await broker.shown(identifier)).tag, '"3.0"');
    });

    it('412 before anything is said about the values', async () => {
      const identifier = await broker.account();
      assert.equal((await send(identifier, { email: null }, { 'if-match': '"0.9"' })).status, 412);
    });

    it('no lost update: of writers with the same tag one wins', async () => {
      const identifier = await broker.account();
      const writers = Array.from({ length: 8 }, (_, index) =>
        send(identifier, { gender: `g${index}` }, { 'if-match': '"1.0"' }),
      );
      const statuses = (await Promise.all(writers)).map(({ status }) => status).sort();
      assert.deepEqual(statuses, [200, ...Array(7).fill(412)]);
      assert.equal((await broker.shown(identifier)).tag, '"2.0"');
    });

    it('400 UpdateFailedError for clearing a required member', async () => {
      const identifier = await broker.account();
      for (const member of ['email', 'givenName', 'familyName']) {
        assertUpdateFailed(await send(identifier, { [member]: null }), [[`${place}/${member}`, 'cannot be cleared']]);
      }
      const nameless = await broker.elsewhere({
        kind: 'person',
        details: { email: `nameless${place.length}.${name.length}@example.com` },
      });
      assertUpdateFailed(await send(nameless, { givenName: null, familyName: null }), [
        [`${place}/givenName`, 'cannot be cleared'],
        [`${place}/familyName`, 'cannot be cleared'],
      ]);
    });

    it('400 UpdateFailedError for every other fault; nothing is applied', async () => {
      const identifier = await broker.account(full);
      const before = await broker.stored(identifier);
      const faulty: [object, string][] = [
        [{ nickname: 'Gigi' }, '/nickname'],
        [{ 'acme:vip': true }, '/acme:vip'],
        [{ customer: { givenName: 'x' } }, '/customer'],
        [{ identifier: 'x' }, '/identifier'],
        [{ '@type': 'Organization' }, '/@type'],
        [{ email: 'nobody' }, '/email'],
        [{ email: `${'x'.repeat(243)}@example.com` }, '/email'],
        [{ givenName: '' }, '/givenName'],
        [{ givenName: 'x'.repeat(101) }, '/givenName'],
        [{ telephone: 7 }, '/telephone'],
        [{ telephone: 'x'.repeat(41) }, '/telephone'],
        [{ gender: 'x'.repeat(101) }, '/gender'],
        [{ 'imin:is13OrOver': 'false' }, '/imin:is13OrOver'],
        [{ birthDate: '2023-02-29' }, '/birthDate'],
        [{ birthDate: '2999-01-01' }, '/birthDate'],
        [{ birthDate: '1899-12-31' }, '/birthDate'],
        [{ address: [] }, '/address'],
        [{ address: { addressCountry: 'XK' } }, '/address/addressCountry'],
        [{ address: { postalCode: 'x'.repeat(201) } }, '/address/postalCode'],
        [{ address: { '@type': 'Person' } }, '/address/@type'],
        [{ emergencyContact: { name: 'x'.repeat(201) } }, '/emergencyContact/name'],
        [{ emergencyContact: { telephone: 'x'.repeat(41) } }, '/emergencyContact/telephone'],
        [{ emergencyContact: { givenName: 'x' } }, '/emergencyContact/givenName'],
        [{ givenName: 'I\u0000da' }, '/givenName'],
      ];
      for (const [members, pointer] of faulty) {
        const response = await send(identifier, { familyName: 'Changed', ...members });
        assert.equal(response.status, 400, JSON.stringify(members));
        assert.equal(response.body['@type'], 'UpdateFailedError');
        assert.deepEqual(pointers(response), [`${place}${pointer}`]);
      }
      assert.deepEqual(await broker.stored(identifier), before);
    });

    it('400 UpdateFailedError for an e-mail address that is used, compared folded', async () => {
      const mine = `Mine.${name.replace(/\W/g, '')}@example.com`;
      const identifier = await broker.account({ email: mine });
      const taken = `Taken.${name.replace(/\W/g, '')}@example.com`;
      await broker.account({ email: taken });
      const response = await send(identifier, { givenName: 'Changed', email: taken.toUpperCase() });
      assertUpdateFailed(response, [[`${place}/email`, 'is already used by another account']]);
      assert.equal((await broker.shown(identifier)).customer.givenName, 'Ida');
      assert.equal((await send(identifier, { email: mine.toUpperCase() })).status, 200);
      assert.equal((await broker.shown(identifier)).customer.email, mine.toUpperCase());
    });

    it('400 UpdateFailedError for an Organization, which is not changed here', async () => {
      const identifier = await broker.elsewhere({ kind: 'organization', details: { name: 'Northmoor Rowing' } });
      const message = 'cannot be applied: the customer is an organisation, which this API does not change';
      assertUpdateFailed(await send(identifier, { telephone: '1' }), [[place, message]]);
      assert.equal((await broker.stored(identifier)).account.version, 1);
    });

    it('400 UpdateFailedError for a deactivated customer', async () => {
      const identifier = await broker.account();
      const { customer } = await broker.stored(identifier);
      await deactivateCustomer(broker.store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
      const response = await send(identifier, { gender: 'x' });
      assert.equal(response.status, 400);
      const description = 'The customer is deactivated: it can be read and erased, not changed.';
      assert.deepEqual(response.body, errorBody(response, 'UpdateFailedError', 'The update was rejected', description));
    });

    it('400 #InvalidRequest for bad JSON, queries and malformed entity tags', async () => {
      const identifier = await broker.account();
      const tagged = await send(identifier, { gender: 'x' }, { 'if-match': 'x' });
      assert.equal(tagged.status, 400);
      assert.equal(tagged.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      const [method, path] = name.split(' ') as [string, string];
      const address = path.replace(':id', identifier);
      const broken = await broker.call(method, address, { body: '{' });
      const nul = await broker.call(method, path.replace(':id', 'a%00b'), {
        body: place ? updateAction({ gender: 'x' }) : {},
      });
      const queried = await broker.call(method, `${address}?dry=1`, {
        body: place ? updateAction({ gender: 'x' }) : {},
      });
      for (const response of [broken, queried, nul]) {
        assert.equal(response.status, 400);
        assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      }
      assert.deepEqual(pointers(queried), ['?dry']);
    });

    it('404 for unknown and foreign accounts, 410 for erased ones', async () => {
      const other = await broker.organisationWithKey(`Other ${name}`);
      const foreign = await broker.account({}, other.key);
      for (const identifier of ['unknown', foreign]) {
        const response = await send(identifier, { gender: 'x' });
        assert.equal(response.status, 404);
        assert.equal(response.body.description, 'No customer account with this identifier is available to you.');
      }
      assert.equal((await send(foreign, { gender: 'x' }, {}, other.key)).status, 200);
      const erased = await broker.account();
      await broker.call('DELETE', `/customer-accounts/${erased}`);
      assert.equal((await send(erased, { gender: 'x' })).status, 410);
    });
  });
}
