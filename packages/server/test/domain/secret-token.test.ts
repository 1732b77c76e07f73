import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { idIn, organisationIn, tokenOf } from '#operations/secret-token.ts';

// tokenOf keeps what it made; idIn computes anew, and so says whether what was kept is still right.

const organisation = (id: number) => ({ id, digestKey: randomBytes(32) });
const organisations = [organisation(1), organisation(2), organisation(2), organisation(3)];
const ids = Array.from({ length: 3 }, () => randomUUID());
const kinds = ['pass', 'evidence'] as const;

test('a token opens what it was made for, and nothing else, however often and in whatever order tokens are asked for', () => {
  const asked = fc.record({
    kind: fc.constantFrom(...kinds),
    of: fc.constantFrom(...organisations),
    id: fc.constantFrom(...ids),
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 30 }), (all) => {
      for (const { kind, of, id } of all) {
        const token = tokenOf(kind, of, id);
        assert.equal(organisationIn(token), of.id);
        for (const other of organisations)
          for (const otherKind of kinds)
            assert.equal(idIn(otherKind, other, token), other === of && otherKind === kind ? id : undefined);
      }
    }),
  );
});

test('more tokens than are kept are as genuine', () => {
  const [of] = organisations as [(typeof organisations)[0]];
  const many = Array.from({ length: 10_001 }, () => randomUUID());
  const first = many.map((id) => tokenOf('pass', of, id));
  assert.deepEqual(
    many.map((id) => tokenOf('pass', of, id)),
    first,
  );
  assert.ok(many.every((id, index) => idIn('pass', of, first[index] as string) === id));
});
