import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startHoldingsBroker } from './holdings-support.ts';

// Which entitlement an account shows, the broker list decides (imin.md 3.1): the entity tag has to tell that it is another list.
const broker = await startHoldingsBroker();

const setList = async (brokerList: string | null) => {
  const response = await broker.send('PATCH', '/v1/organisation', { body: { brokerList } });
  assert.equal(response.status, 200, response.text);
};
const read = (identifier: string, headers: Record<string, string> = {}) =>
  broker.call('GET', `/customer-accounts/${identifier}`, { headers });

/** An account with an entitlement of each list. */
async function newAccount(): Promise<{ identifier: string; labels: Record<string, string> }> {
  const identifier = await broker.account();
  const types = { residents: await broker.type(), staff: await broker.type({}, 'staff') };
  for (const type of Object.values(types)) await broker.grant(identifier, { type, validUntil: '2999-01-01' });
  return { identifier, labels: { residents: types.residents.label, staff: types.staff.label } };
}

describe('the entity tag of an account', () => {
  it('304 as long as the broker list is the same, 200 once there is one, another one, or none', async () => {
    const { identifier, labels } = await newAccount();
    await setList(null);
    let known = String((await read(identifier)).headers.etag);
    assert.equal(known, '"3.2"', 'without a broker list the same value as in OpenActive');
    for (const list of ['staff', 'residents', null, 'residents'] as const) {
      await setList(list);
      const now = await read(identifier, { 'if-none-match': known });
      assert.equal(now.status, 200, `${list}: ${known}`);
      assert.equal(now.body.entitlement?.entitlementType.prefLabel, list === null ? undefined : labels[list]);
      known = String(now.headers.etag);
      assert.equal((await read(identifier, { 'if-none-match': known })).status, 304);
    }
  });

  it('If-Match takes the tag that was shown, and that of OpenActive; 412 for that of another list or an older state', async () => {
    const { identifier } = await newAccount();
    const url = `/customer-accounts/${identifier}`;
    const patch = (tag: string) =>
      broker.call('PATCH', url, { body: { givenName: `Ida ${tag}` }, headers: { 'if-match': tag } });
    await setList('staff');
    const other = String((await read(identifier)).headers.etag);
    await setList('residents');
    const [own, core] = [
      (await read(identifier)).headers.etag,
      (await broker.send('GET', `/openactive${url}`)).headers.etag,
    ];
    assert.notEqual(own, core);
    assert.equal((await patch(other)).status, 412);
    assert.equal((await patch(String(own))).status, 200);
    assert.equal((await patch(String(own))).status, 412);
    assert.equal((await patch(String(core))).status, 412);
    assert.equal((await patch(String((await broker.send('GET', `/openactive${url}`)).headers.etag))).status, 200);
  });
});
