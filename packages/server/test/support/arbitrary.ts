import fc from 'fast-check';

type Schema = {
  type?: string | string[];
  anyOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
  pattern?: string;
  maxItems?: number;
};

/** A concept that servers under test can have. */
export const knownConcept = 'https://accounts.example.com/openactive/entitlement-lists/residents#known';

/** Values near a JSON Schema: mostly of the right shape, now and then with a member wrong, missing, hostile or unknown. */
export function arbitraryOf(schema: object): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: right(schema as Schema) }, { weight: 1, arbitrary: wrong });
}

const wrong: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    '',
    ' ',
    0,
    -1,
    1.5,
    1e21,
    true,
    [],
    {},
    '\u0000',
    '\ud800',
    '\u202e',
    '<b>&amp;</b>',
    'x'.repeat(300),
    '2023-02-29',
    '0000-00-00',
    { $ref: '#' },
  ),
);

function right(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(right));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type].flat();
  if (types.length > 1) {
    return fc.oneof(
      ...types.map((type) => ({
        weight: type === 'null' ? 1 : 4,
        arbitrary: right({ ...schema, type: type as string }),
      })),
    );
  }
  switch (types[0]) {
    case 'object':
      return object(schema);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer(), fc.constantFrom(1, 9001, 2 ** 53));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return text(schema);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function text({ format, pattern }: Schema): fc.Arbitrary<string> {
  if (format === 'date') return fc.constantFrom('1980-02-29', '2026-11-21', '1800-01-01', '2100-01-01');
  if (format === 'date-time') return fc.constantFrom('2026-11-21T00:00:00Z', '2026-11-21');
  if (format === 'uri') return fc.constantFrom('https://example.com/a', 'https://example.com/?a=1&copy=2');
  const plain = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.emailAddress(),
    fc.constantFrom('GB', 'Person', 'known', 'NOB', 'ida@example.com', '+47', 'card', knownConcept),
  );
  return pattern ? fc.oneof(plain, fc.stringMatching(/^[A-Z]{2,3}$/)) : plain;
}

function object({ properties = {} }: Schema): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)] as const);
  const extra = fc.option(
    fc.dictionary(fc.constantFrom('unknown', 'constructor', 'toString', '@id', 'x:y', ''), wrong, { maxKeys: 1 }),
    { freq: 8, nil: {} },
  );
  return fc
    .tuple(fc.record(Object.fromEntries(members), { requiredKeys: [] }), extra)
    .map(([value, more]) => ({ ...value, ...more }));
}
