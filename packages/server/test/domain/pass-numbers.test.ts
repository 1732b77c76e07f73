import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkDigits, codeTypes, type PassNamespace } from '#domain/pass-namespace.ts';
import { generatePassTexts, type RandomBytes } from '#domain/pass-numbers.ts';
import { namespaceFaults, passTextFault } from '#domain/pass-rules.ts';
import { type Fault, Refusal } from '#domain/refusal.ts';

/** Bytes that look random and are the same for the same seed. */
function source(seed: number): RandomBytes {
  let block = 0;
  let pool = Buffer.alloc(0);
  return (size) => {
    while (pool.length < size) {
      pool = Buffer.concat([pool, createHash('sha256').update(`${seed}/${block++}`).digest()]);
    }
    const bytes = pool.subarray(0, size);
    pool = pool.subarray(size);
    return bytes;
  };
}

function namespace(settings: Partial<PassNamespace>): PassNamespace {
  return {
    name: 'card',
    isDefault: true,
    minLength: 1,
    maxLength: 128,
    checkDigit: 'none',
    codeType: 'qrcode',
    maxActivePerAccount: 50,
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    changedAt: '2026-01-01T00:00:00.000Z',
    ...settings,
  };
}

const seed = fc.nat();

/** Settings with which a namespace can be created. */
const namespaces = fc
  .record(
    {
      prefix: fc.oneof(fc.stringMatching(/^\d{1,12}$/), fc.stringMatching(/^[A-Z]{1,3}$/), fc.constant('No. ')),
      pattern: fc.constantFrom('.*', '.*\\d', '^[ -~]*[0-9]{2}$'),
      minLength: fc.integer({ min: 1, max: 24 }),
      maxLength: fc.integer({ min: 1, max: 24 }),
      checkDigit: fc.constantFrom(...checkDigits),
      codeType: fc.constantFrom(...codeTypes),
    },
    { requiredKeys: ['minLength', 'maxLength', 'checkDigit', 'codeType'] },
  )
  .map((settings) =>
    namespace(settings.checkDigit === 'ean13' ? { ...settings, minLength: 13, maxLength: 13 } : settings),
  )
  .filter((settings) => namespaceFaults(settings).length === 0);

function outcome(make: () => string[]): string[] | Fault {
  try {
    return make();
  } catch (error) {
    assert.ok(error instanceof Refusal && error.reason.kind === 'invalid', String(error));
    assert.equal(error.reason.faults.length, 1);
    return error.reason.faults[0] as Fault;
  }
}

test('every text that is generated passes its own namespace, and none comes twice', () => {
  fc.assert(
    fc.property(namespaces, fc.integer({ min: 1, max: 60 }), seed, (rules, count, start) => {
      const texts = outcome(() => generatePassTexts(rules, count, source(start)));
      if (!Array.isArray(texts)) {
        const most = Number(/at most (\d+):/.exec(texts.message)?.[1]);
        assert.deepEqual(texts.path, ['count']);
        assert.ok(most < count);
        if (most > 0) assert.equal(generatePassTexts(rules, most, source(start)).length, most);
        return;
      }
      assert.equal(new Set(texts).size, count);
      assert.equal(new Set(texts.map((text) => text.length)).size, 1);
      for (const text of texts) {
        assert.equal(passTextFault(rules, text), undefined, text);
        assert.ok(rules.prefix !== undefined || !text.startsWith('0'), text);
      }
    }),
    { numRuns: 300 },
  );
});

test('a length that is too short is told with the length that will do', () => {
  fc.assert(
    fc.property(namespaces, fc.integer({ min: 1, max: 60 }), fc.nat(30), seed, (rules, count, length, start) => {
      const texts = outcome(() => generatePassTexts(rules, count, source(start), { length }));
      if (Array.isArray(texts)) return assert.ok(texts.every((text) => text.length === length));
      if (texts.path[0] === 'count') return;
      assert.deepEqual(texts.path, ['length']);
      const [, least, most] = /must be (\d+) to (\d+):/.exec(texts.message) ?? [];
      assert.ok(length < Number(least) || length > Number(most));
      const right = generatePassTexts(rules, count, source(start), { length: Number(least) });
      assert.ok(right.every((text) => text.length === Number(least)));
    }),
  );
});

test('each number made leaves a thousand to guess from', () => {
  const least = (count: number, settings: Partial<PassNamespace> = {}) => {
    const fault = outcome(() => generatePassTexts(namespace(settings), count, source(1), { length: 1 }));
    return Number(/^must be (\d+) to 128:/.exec((fault as Fault).message)?.[1]);
  };
  assert.equal(least(9), 4); // 9,000 numbers do not start with 0
  assert.equal(least(10), 5);
  assert.equal(least(10, { prefix: 'NM' }), 2 + 4);
  assert.equal(least(11, { prefix: 'NM' }), 2 + 5);
  assert.equal(least(10, { prefix: '63', checkDigit: 'luhn' }), 2 + 4 + 1);
  assert.equal(least(10, { prefix: 'NM', checkDigit: 'mod97' }), 2 + 4 + 2);
});

test('without a length texts have the least of the namespace, or ten random digits', () => {
  const lengthOf = (count: number, settings: Partial<PassNamespace>) =>
    generatePassTexts(namespace(settings), count, source(1))[0]?.length;
  assert.equal(lengthOf(1, {}), 10);
  assert.equal(lengthOf(1, { prefix: 'NM', checkDigit: 'mod97' }), 2 + 10 + 2);
  assert.equal(lengthOf(1, { prefix: 'NM', maxLength: 9 }), 9);
  assert.equal(lengthOf(1, { prefix: 'NM', minLength: 9 }), 9);
  assert.equal(lengthOf(1, { prefix: 'NM', minLength: 5 }), 5);
  assert.equal(lengthOf(1, { prefix: 'NM', minLength: 4 }), 2 + 10);
  assert.equal(lengthOf(10_000, { prefix: 'NM', minLength: 9 }), 9);
  // Where the pattern has its own length, that.
  assert.equal(lengthOf(1, { prefix: 'NM', pattern: 'NM\\d{7}' }), 9);
  assert.equal(lengthOf(1, { prefix: 'NM', pattern: 'NM\\d{5,8}' }), 2 + 8);
  assert.equal(lengthOf(1, { pattern: '\\d{16}', checkDigit: 'luhn', minLength: 12 }), 16);
});

test('what would be right is said', () => {
  const luhn = namespace({ prefix: '63', checkDigit: 'luhn', maxLength: 9 });
  assert.deepEqual(
    outcome(() => generatePassTexts(luhn, 1_000, source(1), { length: 6 })),
    {
      path: ['length'],
      code: 'range',
      message: 'must be 9 to 9: the prefix, 6 random digits, the check digit or more',
    },
  );
  assert.deepEqual(
    outcome(() => generatePassTexts(luhn, 1_001, source(1))),
    {
      path: ['count'],
      code: 'range',
      message: 'must be at most 1000: texts of namespace card have at most 9 characters',
    },
  );
  const full = namespace({ prefix: 'NM', maxLength: 3 });
  assert.deepEqual(
    outcome(() => generatePassTexts(full, 1, source(1))),
    { path: ['count'], code: 'range', message: 'must be at most 0: texts of namespace card have at most 3 characters' },
  );
});

test('a pattern that takes no such numbers is told, one that takes some of them is kept to', () => {
  const letters = namespace({ pattern: '[A-Z]{8}' });
  assert.deepEqual(
    outcome(() => generatePassTexts(letters, 1, source(1), { length: 8 })),
    {
      path: ['namespace'],
      code: 'exhausted',
      message: 'has too few texts left that are made of 8 random digits and match its pattern',
    },
  );
  const some = namespace({ prefix: 'NM', pattern: 'NM[1-4]{2}\\d{5}' });
  const texts = generatePassTexts(some, 200, source(1), { length: 9 });
  assert.ok(texts.every((text) => /^NM[1-4]{2}\d{5}$/.test(text)));
});

test('texts that are taken do not come out', () => {
  const rules = namespace({ prefix: 'NM' });
  const taken = new Set(generatePassTexts(rules, 500, source(1), { length: 9 }));
  const texts = generatePassTexts(rules, 500, source(1), { length: 9, taken });
  assert.equal(texts.length, 500);
  assert.equal(texts.filter((text) => taken.has(text)).length, 0);

  const all = new Set(Array.from({ length: 1_000 }, (_, number) => `NM${String(number).padStart(3, '0')}`));
  assert.deepEqual(
    outcome(() => generatePassTexts(rules, 1, source(1), { length: 5, taken: all })),
    {
      path: ['namespace'],
      code: 'exhausted',
      message: 'has too few texts left that are made of the prefix, 3 random digits',
    },
  );
});

test('every digit is as likely as another', () => {
  const counts = new Map<string, number>();
  for (const text of generatePassTexts(namespace({ prefix: 'NM' }), 10_000, source(7), { length: 12 }))
    for (const digit of text.slice(2)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  // 100,000 digits: 10,000 of each, standard deviation 95.
  assert.equal(counts.size, 10);
  for (const [digit, count] of counts) assert.ok(Math.abs(count - 10_000) < 500, `${digit}: ${count}`);
});

test('bytes that would favour some digits are not used', () => {
  const blocks = [
    [250, 251, 252],
    [253, 254, 255],
    [255, 17, 250],
    [249, 13, 0],
  ].map((block) => Uint8Array.from(block));
  const given: RandomBytes = () => blocks.shift() ?? assert.fail('more bytes were asked for than are needed');
  assert.deepEqual(generatePassTexts(namespace({ prefix: 'NM' }), 1, given, { length: 5 }), ['NM793']);
});
