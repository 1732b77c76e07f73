import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, matchesWeakly, parseTags, type Tags } from '#http/etag.ts';

const parse = (header: string | undefined) => parseTags('If-Match', header) as Tags;

test('lists of entity tags are read as RFC 9110 writes them', () => {
  assert.equal(parse(undefined), undefined);
  assert.equal(parse(' * '), '*');
  assert.deepEqual(parse('"a", W/"b,c" ,"d"'), [
    { tag: 'a', weak: false },
    { tag: 'b,c', weak: true },
    { tag: 'd', weak: false },
  ]);
  assert.deepEqual(parse(', "a",, "b",'), [
    { tag: 'a', weak: false },
    { tag: 'b', weak: false },
  ]);
  for (const bad of ['', ',', ', *', 'a', '"a', '"a" "b"', 'w/"a"', '*, "a"', '"a\u0001"'])
    assert.throws(() => parse(bad), { message: 'refused: invalid' }, bad);
});

test('If-Match compares strongly, If-None-Match weakly', () => {
  assert.ok(matches(parse('"x", "1.0"'), ['1.0']));
  assert.ok(matches(parse('"1.0-x"'), ['1.0', '1.0-x']));
  assert.ok(!matches(parse('W/"1.0"'), ['1.0']));
  assert.ok(matchesWeakly(parse('W/"1.0"'), '1.0'));
  assert.ok(!matchesWeakly(parse('"1"'), '1.0'));
});
