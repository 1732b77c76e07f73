import { isDeepStrictEqual } from 'node:util';

/** A part of a JSON document. */
export type Part = Record<string, unknown>;

/** Keywords that steer our validation and mean nothing to others. */
const internal = new Set(['x-trim']);
/** Keywords that name other schemas by address: a document that is taken apart would break them. */
const addressing = ['$ref', '$id', '$defs', '$anchor', '$dynamicRef', '$dynamicAnchor'];
const schemaIn = new Set([
  'items',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
]);
const schemasIn = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const namedSchemasIn = new Set(['properties', 'patternProperties', 'dependentSchemas']);

/**
 * The schemas of one OpenAPI document. TypeBox schemas are JSON Schema 2020-12 already; what is left to do is to leave out our own
 * keywords and to put each schema with a title once under `components/schemas`, named by its title.
 */
export class Schemas {
  readonly #components = new Map<string, Part>();

  /**
   * A schema as it stands in the document: a reference when it has a title, else itself.
   *
   * @throws Error when two different schemas have the same title, or one uses `$ref` and its like
   */
  place(schema: unknown): unknown {
    if (typeof schema !== 'object' || schema === null) return schema;
    const published = this.#publish(schema as Part);
    if (typeof published.title !== 'string') return published;
    const name = componentName(published.title);
    const known = this.#components.get(name);
    if (known && !isDeepStrictEqual(known, published))
      throw new Error(`Two different schemas have the title ${published.title}.`);
    this.#components.set(name, published);
    return { $ref: `#/components/schemas/${name}` };
  }

  /** All schemas that have a title, by name. */
  get components(): Record<string, Part> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #publish(schema: Part): Part {
    const address = addressing.find((keyword) => keyword in schema);
    if (address)
      throw new Error(
        `A schema uses ${address}, which the OpenAPI generator does not know. Give the schema a title instead.`,
      );
    return Object.fromEntries(
      Object.entries(literalsOf(schema) ?? schema)
        .filter(([keyword]) => !internal.has(keyword))
        .map(([keyword, value]) => this.#keyword(keyword, value)),
    );
  }

  #keyword(keyword: string, value: unknown): [string, unknown] {
    if (schemaIn.has(keyword)) return [keyword, this.place(value)];
    if (schemasIn.has(keyword)) return [keyword, (value as unknown[]).map((item) => this.place(item))];
    if (namedSchemasIn.has(keyword)) {
      return [
        keyword,
        Object.fromEntries(Object.entries(value as Part).map(([name, item]) => [name, this.place(item)])),
      ];
    }
    if (keyword === 'x-secret') return ['writeOnly', true];
    // OpenAPI 3.1 deprecates its own `example` in favour of JSON Schema's `examples`.
    return keyword === 'example' ? ['examples', [value]] : [keyword, value];
  }
}

/** A choice of constants of one type says the same as an `enum`, and readers and generators of clients understand that better. */
function literalsOf({ anyOf, ...rest }: Part): Part | undefined {
  if (!Array.isArray(anyOf) || !anyOf.every(isLiteral)) return undefined;
  const [type, ...others] = new Set(anyOf.map((item) => item.type));
  if (type === undefined || others.length > 0) return undefined;
  return { type, enum: anyOf.map((item) => item.const), ...rest };
}

function isLiteral(schema: Part): boolean {
  return 'const' in schema && Object.keys(schema).every((keyword) => keyword === 'type' || keyword === 'const');
}

function componentName(title: string): string {
  return title.replace(/[^A-Za-z0-9._-]+(.?)/g, (_gap, next: string) => next.toUpperCase());
}
