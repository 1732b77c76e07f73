import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';

const { send } = await startTestServer();

const faulty = {
  name: 5,
  email: 'bad',
  birthDate: '2023-02-29',
  nick: 1,
  address: { addressCountry: 'UK', foo: 1 },
  otherAddress: [7, { addressCountry: 'XK' }],
  customerRef: '12',
};
const pointers = ['/name', '/email', '/birthDate', '/nick', '/address/foo', '/otherAddress/0'];
const meant = ['/address/addressCountry', '/otherAddress/1/addressCountry', '/customerRef'];

test('400 faults of shape and of meaning are told at once, each in its place', async () => {
  for (const [method, url, body, prefix] of [
    ['POST', '/v1/customers', faulty, ''],
    ['POST', '/v1/accounts', { customer: faulty }, '/customer'],
    ['PUT', '/v1/accounts/mine', { customer: faulty }, '/customer'],
  ] as const) {
    const response = await send(method, url, { body });
    assert.equal(response.status, 400);
    const told = response.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    assert.deepEqual(told.sort(), [...pointers, ...meant].map((pointer) => prefix + pointer).sort(), url);
  }
});

test('400 what is missing only because it is faulty is not told twice', async () => {
  const response = await send('POST', '/v1/customers', { body: { name: 5 } });
  assert.deepEqual(
    response.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]),
    [['/name', 'type']],
  );
  const bodies = [{ customer: 5 }, { customer: { name: 'x' }, customerNumber: 'x' }, [], 7];
  for (const body of bodies) assert.equal((await send('POST', '/v1/accounts', { body })).status, 400);
});
