import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fingerprintOf, open, type SealedPlace, seal } from '#operations/evidence/sealing.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array));
const place: fc.Arbitrary<SealedPlace> = fc.record({
  organisationId: fc.nat(),
  customerNumber: fc.maxSafeNat(),
  evidenceId: fc.uuid(),
  fileId: fc.uuid(),
});
const placeOf = (organisationId: number, customerNumber: number): SealedPlace => ({
  organisationId,
  customerNumber,
  evidenceId: 'e',
  fileId: 'f',
});

test('what was sealed opens with the same key at the same place', () => {
  fc.assert(fc.property(key, place, bytes, (k, p, b) => assert.ok(open(k, p, seal(k, p, b)).equals(b))));
});

test('sealing hides the content, and the same file never looks the same', () => {
  const [k, p, content] = [randomBytes(32), placeOf(1, 2), Buffer.alloc(64, 'secret')];
  const all = Array.from({ length: 100 }, () => seal(k, p, content));
  assert.equal(new Set(all.map((sealed) => sealed.toString('hex'))).size, 100);
  for (const sealed of all) {
    assert.ok(!sealed.includes('secret'));
    assert.equal(sealed.length, content.length + 30);
  }
});

test('it opens at no other place and with no other key', () => {
  fc.assert(
    fc.property(key, key, place, place, bytes, (k, otherKey, p, other, b) => {
      const sealed = seal(k, p, b);
      fc.pre(!k.equals(otherKey) && JSON.stringify(p) !== JSON.stringify(other));
      assert.throws(() => open(otherKey, p, sealed), /^Error: The file was sealed with another key/);
      assert.throws(() => open(k, other, sealed), /^Error: The file was sealed with another key or for another place/);
    }),
  );
  // Numbers that read the same one after the other are different places.
  const k = randomBytes(32);
  assert.throws(() => open(k, placeOf(1, 23), seal(k, placeOf(12, 3), Buffer.from('x'))), /another place/);
});

test('any bit that is changed, and any byte that is missing or too many, is noticed', () => {
  fc.assert(
    fc.property(key, place, bytes, fc.nat(), fc.nat(7), (k, p, b, at, bit) => {
      const sealed = seal(k, p, b);
      const changed = Buffer.from(sealed);
      const index = at % sealed.length;
      changed[index] = (changed[index] as number) ^ (1 << bit);
      assert.throws(() => open(k, p, changed), Error);
      assert.throws(() => open(k, p, sealed.subarray(0, index)), Error);
      assert.throws(() => open(k, p, Buffer.concat([sealed, Buffer.of(bit)])), Error);
    }),
  );
  assert.throws(() => open(randomBytes(32), placeOf(1, 2), Buffer.alloc(0)), /not a sealed file/);
});

test('the fingerprint names the key and tells nothing of it', () => {
  const k = randomBytes(32);
  assert.match(fingerprintOf(k), /^[0-9a-f]{32}$/);
  assert.equal(fingerprintOf(k), fingerprintOf(Buffer.from(k)));
  assert.notEqual(fingerprintOf(k), fingerprintOf(randomBytes(32)));
  assert.ok(!k.toString('hex').includes(fingerprintOf(k)));
});
