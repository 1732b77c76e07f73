import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '#domain/refusal.ts';
import { parseJson } from '#http/json.ts';

const parse = (text: string, verbatim?: Set<string>) => parseJson(Buffer.from(text), verbatim);
const refused = (text: string | Buffer): { message: string; path?: unknown } => {
  try {
    parseJson(Buffer.from(text as string));
  } catch (error) {
    if (error instanceof Refusal && error.reason.kind === 'malformed') return error.reason;
    throw error;
  }
  throw new Error(`was accepted: ${text}`);
};

test('what JSON.parse reads, it reads too', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      // What the parser refuses or normalises by design is tested below.
      fc.pre(!/\\u00|\\[bfnrt]|[\u007f-\u009f]|\\ud|__proto__/.test(text) && text.normalize('NFC') === text);
      assert.deepEqual(parse(text), JSON.parse(text));
    }),
  );
});

test('a duplicate member is found and named, wherever it stands and however it is escaped', () => {
  assert.deepEqual(refused('{"a":1,"a":1}').path, ['a']);
  assert.deepEqual(refused('{"a":{"b":[{"c":1,"\\u0063":2}]}}').path, ['a', 'b', 0, 'c']);
  assert.deepEqual(parse('{"a":{"x":":\\":"},"b":{"x":"\\\\"}}'), { a: { x: ':":' }, b: { x: '\\' } });
});

test('any object with one member doubled is refused', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
      (object) => {
        const [first] = Object.keys(object);
        assert.ok(refused(`{${JSON.stringify(object).slice(1, -1)},${JSON.stringify(first)}:0}`));
      },
    ),
  );
});

test('what has no place in text is refused with the member that holds it', () => {
  for (const text of ['\\u0000', '\\u001f', '\\u007f', '\\u0085', '\\ud800', '\\udc00x'])
    assert.deepEqual(refused(`{"a":["${text}"]}`).path, ['a', 0], text);
  assert.ok(refused('{"a\\u0000":1}'));
  assert.deepEqual(refused('{"a":{"__proto__":{}}}').path, ['a', '__proto__']);
  assert.deepEqual(refused('{"a":1e400}').path, ['a']);
  assert.deepEqual(refused('{"a":{"b":[1,{"c":2}]},"d":["x",{"e":"\\u0000"}]}').path, ['d', 1, 'e']);
  assert.ok(refused(Buffer.from([0x22, 0xc0, 0x80, 0x22])));
  for (const text of ['', '{', "{'a':1}", '{"a":1,}', 'NaN', '// x\n1', '{"a":01}']) assert.ok(refused(text), text);
  assert.ok(refused('['.repeat(40) + ']'.repeat(40)));
  assert.ok(refused('['.repeat(100_000) + ']'.repeat(100_000)));
});

test('a body of very many members or items is refused before anything judges them', () => {
  assert.ok(refused(`[${'1,'.repeat(10_000)}1]`));
  assert.ok(refused(`{"a":[${'{"b":[]},'.repeat(6_000)}{}]}`));
  assert.equal((parse(`[${'1,'.repeat(9_000)}1]`) as unknown[]).length, 9_001);
});

test('text becomes NFC, opaque members stay as they are', () => {
  assert.deepEqual(parse('{"a":"e\u0301","id":"e\u0301","ids":["e\u0301"]}', new Set(['id', 'ids'])), {
    a: 'é',
    id: 'e\u0301',
    ids: ['e\u0301'],
  });
  const below = parse('{"id":[[{"a":"e\u0301"},"e\u0301"]]}', new Set(['id']));
  assert.deepEqual(below, { id: [[{ a: 'é' }, 'e\u0301']] });
});
