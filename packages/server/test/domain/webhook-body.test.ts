import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnturPayload } from '#dialects/native/change-schema.ts';
import { IminMessage, NativeMessage, webhookMessages } from '#dialects/native/webhook-messages.ts';
import { allChangeKinds, kindsOf } from '#domain/change-kinds.ts';
import { enturEvent } from '#domain/entur-event.ts';
import { thinChange } from '#domain/logged-change.ts';
import { exampleChange, iminBody, nativeBody } from '#domain/webhook-body.ts';
import { kindNamed, kindNames } from '#domain/webhook-kinds.ts';
import { validatorOf } from '#http/validation.ts';

const base = 'https://accounts.example.com';

test('imin: the body is that of the specification, to the character', () => {
  const body = iminBody(base, '019d432a-149f-7c11-8a52-6f0d3b9e21c7');
  assert.equal(
    JSON.stringify(body),
    '{"@context":"https://openactive.io/","@type":"CustomerAccount","@id":"https://accounts.example.com/api/v2/customer-accounts/019d432a-149f-7c11-8a52-6f0d3b9e21c7","identifier":"019d432a-149f-7c11-8a52-6f0d3b9e21c7"}',
  );
});

test('imin: an identifier of any characters has an address', () => {
  const body = iminBody(base, 'NM:7731/a b');
  assert.equal(body['@id'], `${base}/api/v2/customer-accounts/NM:7731%2Fa%20b`);
  assert.equal(body.identifier, 'NM:7731/a b');
});

test('native: kind and instant of the change, and the change; the account where there is one', () => {
  const change = thinChange({ ...exampleChange('entitlement.granted'), number: 7 });
  assert.deepEqual(nativeBody(change), { type: 'account.updated', timestamp: change.at, data: change });
  const account = { identifier: 'example-account' };
  assert.deepEqual(nativeBody(change, account).data, { ...change, account });
});

for (const kind of allChangeKinds) {
  test(`the example of ${kind} is one, fits its schemas and has nothing real in it`, () => {
    const change = exampleChange(kind);
    assert.ok(kindsOf(change).includes(kind), kindsOf(change).join());
    assert.deepEqual(validatorOf(NativeMessage)(nativeBody(thinChange(change))), []);
    assert.deepEqual([change.number, change.accountNumber ?? 0, change.clientId], [0, 0, 0]);
    assert.ok((change.customerNumber ?? 0) < 4_100_001);
  });
}

test('every kind that imin has is about an account in its example', () => {
  for (const name of kindNames('imin')) {
    const { subject, identifier } = exampleChange(kindNamed('imin', name) as (typeof allChangeKinds)[number]);
    assert.deepEqual([subject, identifier], ['account', 'example-account'], name);
  }
});

test('every kind that Entur has is told by its example', () => {
  for (const name of kindNames('entur')) {
    const event = enturEvent(exampleChange(kindNamed('entur', name) as (typeof allChangeKinds)[number]), 1);
    assert.equal(event?.kind, name);
    assert.deepEqual(validatorOf(EnturPayload)(event?.payload), []);
  }
});

test('the examples of the document fit their schemas', () => {
  assert.deepEqual(
    webhookMessages.map(({ name }) => name),
    ['nativeMessage', 'iminMessage', 'enturMessage'],
  );
  for (const { body, examples } of webhookMessages) {
    for (const { value } of Object.values(examples)) assert.deepEqual(validatorOf(body)(value), []);
  }
  assert.notDeepEqual(validatorOf(IminMessage)({ ...iminBody(base, 'a'), name: 'Ida' }), []);
});
