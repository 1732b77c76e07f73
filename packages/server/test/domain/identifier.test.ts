import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeIdentifier, isIdentifier, isPlainIdentifier, newIdentifier } from '#domain/identifier.ts';

test('encoding an identifier can be undone, and leaves only unreserved characters and :@+=~', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const wellFormed = text.toWellFormed();
      const encoded = encodeIdentifier(wellFormed);
      assert.match(encoded, /^(?:[A-Za-z0-9._~:@+=-]|%[0-9A-F]{2})*$/);
      assert.equal(decodeURIComponent(encoded), wellFormed);
    }),
  );
});

test('plain identifiers need no encoding and are identifiers', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_~:@+=-][A-Za-z0-9._~:@+=-]{0,59}$/), (text) => {
      assert.ok(isPlainIdentifier(text));
      assert.ok(isIdentifier(text));
      assert.equal(encodeIdentifier(text), text);
    }),
  );
});

test('identifiers have 1 to 60 code points, no control characters, and are not . or ..', () => {
  for (const good of ['a', '...', 'EKS:CustomerAccount:k7Qw2', 'a b/c%', '😀'.repeat(60), newIdentifier()])
    assert.ok(isIdentifier(good), good);
  for (const bad of ['', '.', '..', 'a\u0000', '\u007f', 'x\u0085', '\ud800', 'x'.repeat(61), '😀'.repeat(61)])
    assert.ok(!isIdentifier(bad));
  for (const bad of ['.a', 'a b', 'a/b', 'å', 'x'.repeat(61), '']) assert.ok(!isPlainIdentifier(bad));
});
