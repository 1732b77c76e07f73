import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSendable } from '#changes/sendable-header.ts';
import { headerFaults } from '#domain/webhook-header.ts';

const pathsOf = (header: Parameters<typeof headerFaults>[0]) => headerFaults(header).map(({ path }) => path.join());

test('headers that receivers agree on', () => {
  for (const name of ['X-Api-Key', 'Authorization', 'x-tenant', 'Cookie', 'X-Webhook-Key']) {
    assert.deepEqual(headerFaults({ name, value: 'Bearer abc' }), [], name);
  }
  assert.deepEqual(headerFaults({ name: 'x'.repeat(100), value: 'v'.repeat(1024) }), []);
});

test('what is missing, too long or not of its form', () => {
  assert.deepEqual(pathsOf({}), ['name', 'value']);
  assert.deepEqual(pathsOf({ name: '', value: '' }), ['name', 'value']);
  assert.deepEqual(pathsOf({ name: 'x'.repeat(101), value: 'v'.repeat(1025) }), ['name', 'value']);
  assert.deepEqual(pathsOf({ name: 'a:b', value: 'a\r\nb: c' }), ['name', 'value']);
});

test('whatever passes can be sent', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('Host', 'TE', 'content-type', 'Webhook-Id', 'X-Key'));
  fc.assert(
    fc.property(name, fc.string({ unit: 'binary' }), (field, value) => {
      if (headerFaults({ name: field, value }).length > 0) return;
      assert.ok(isSendable(field, value));
      assert.doesNotMatch(field, /^(content|webhook|tessera|proxy)-/i);
    }),
  );
});
