import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { webhookHeaders } from '#changes/signature.ts';
import { isSecret, newSecret } from '#domain/webhook-secret.ts';

const id = 'msg_01a1fd12c3d87f20b6c4a1d2e3f40516';
const body = '{"type":"account.updated","name":"Zoë Ångström"}';
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

test('the vector of imin.md 5.11', () => {
  const account = '019d432a-149f-7c11-8a52-6f0d3b9e21c7';
  const headers = webhookHeaders({
    id,
    at: new Date(1_795_251_912_000),
    body: `{"@context":"https://openactive.io/","@type":"CustomerAccount","@id":"https://accounts.example.com/api/v2/customer-accounts/${account}","identifier":"${account}"}`,
    secrets: ['whsec_dGVzc2VyYS1leGFtcGxlLXNlY3JldC0zMi1ieXRlcyE='],
  });
  assert.deepEqual(headers, {
    'webhook-id': id,
    'webhook-timestamp': '1795251912',
    'webhook-signature': 'v1,bvp8EXh2a9HDb6YsxJFtCLt/ovDZsERBD5zvjw3W3a4=',
  });
});

test('the vector that the libraries of Standard Webhooks are tested with', () => {
  const headers = webhookHeaders({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  });
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the published library accepts what we sign, whatever the text', () => {
  const anything = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)); // even half characters
  fc.assert(
    fc.property(anything, fc.stringMatching(/^[\w-]{1,40}$/), (text, name) => {
      const secret = newSecret();
      const signed = webhookHeaders({ id: name, at: new Date(), body: text, secrets: [secret] });
      new Webhook(secret).verify(text, signed, { jsonParse: false });
    }),
    { numRuns: 50 },
  );
});

test('during rotation both secrets are accepted, and no third', () => {
  const [newer, older] = [newSecret(), newSecret()];
  const signed = webhookHeaders({ id, at: new Date(), body, secrets: [newer, older] });
  assert.equal(signed['webhook-signature']?.split(' ').length, 2);
  for (const secret of [newer, older]) assert.deepEqual(new Webhook(secret).verify(body, signed), JSON.parse(body));
  assert.throws(() => new Webhook(newSecret()).verify(body, signed), WebhookVerificationError);
});

test('another body, id or time is refused', () => {
  const secret = newSecret();
  const verifier = new Webhook(secret);
  const signed = webhookHeaders({ id, at: new Date(), body, secrets: [secret] });
  assert.throws(() => verifier.verify(`${body} `, signed), /No matching signature/);
  assert.throws(() => verifier.verify(body, { ...signed, 'webhook-id': 'msg_other' }), /No matching signature/);
  const later = String(Number(signed['webhook-timestamp']) + 1);
  assert.throws(() => verifier.verify(body, { ...signed, 'webhook-timestamp': later }), /No matching signature/);
});

test('a delivery that is replayed after more than five minutes is refused', () => {
  const secret = newSecret();
  const at = (seconds: number) =>
    webhookHeaders({ id, at: new Date(Date.now() + seconds * 1000), body, secrets: [secret] });
  assert.throws(() => new Webhook(secret).verify(body, at(-310)), /too old/);
  assert.throws(() => new Webhook(secret).verify(body, at(310)), /too new/);
  assert.ok(new Webhook(secret).verify(body, at(-290)));
});

test('new secrets are secrets, and never twice the same', () => {
  const all = Array.from({ length: 100 }, newSecret);
  for (const secret of all) {
    assert.ok(isSecret(secret));
    assert.equal(Buffer.from(secret.slice('whsec_'.length), 'base64').length, 32);
  }
  assert.equal(new Set(all).size, 100);
});

test('a secret has 24 to 64 bytes in base64', () => {
  for (const bytes of [24, 25, 26, 32, 64]) assert.equal(isSecret(secretOf(bytes)), true, String(bytes));
  for (const bytes of [0, 23, 65]) assert.equal(isSecret(secretOf(bytes)), false, String(bytes));
  const good = secretOf(32);
  const faulty = [
    good.replace('whsec_', ''),
    good.replace('whsec_', 'WHSEC_'),
    good.replace('=', ''), // padding
    `${good} `,
    `${good}\n`,
    good.replace('B', '-'), // base64url or worse
    good.replace('B', '*'),
  ];
  for (const secret of faulty) assert.equal(isSecret(secret), false, JSON.stringify(secret));
});

test('nothing is signed without a secret, and the error does not tell a faulty one', () => {
  assert.throws(() => webhookHeaders({ id, at: new Date(), body, secrets: [] }), /needs a secret/);
  const faulty = 'whsec_bm90LWxvbmctZW5vdWdo';
  assert.throws(
    () => webhookHeaders({ id, at: new Date(), body, secrets: [newSecret(), faulty] }),
    (error: Error) => /24 to 64 bytes/.test(error.message) && !error.message.includes('bm90'),
  );
});
