import { type TSchema, Type } from 'typebox';

/** The part of JSON Schema in which the requests of this dialect are written. */
type Schema = TSchema & {
  type?: string | string[];
  title?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
};

/** The schema with null allowed for every member that is not required, at any depth. Titles get the suffix. */
export function nullsAllowed(schema: TSchema, suffix: string): TSchema {
  return Type.Unsafe(loosened(schema, suffix, []));
}

/**
 * The schema of a merge patch (RFC 7396) to what the schema describes: nothing is required, everything may be null. Arrays are
 * replaced whole, so their items are as complete as ever.
 */
export function mergePatchOf(schema: TSchema, suffix: string): TSchema {
  return Type.Unsafe(loosened(schema, suffix, ['required']));
}

/** The same without limits: it judges names and types only. */
export function mergePatchShapeOf(schema: TSchema): TSchema {
  return Type.Unsafe(loosened(schema, 'Shape', ['required', ...limits]));
}

/** Keywords that bind values, other than their types and the names of their members. */
const limits = ['enum', 'minLength', 'maxLength', 'pattern', 'format', 'maxItems'];

function loosened(schema: Schema, suffix: string, dropped: string[]): Schema {
  const { title, items, properties, ...rest } = schema;
  const required = dropped.includes('required') ? [] : (schema.required ?? []);
  const member = (name: string, value: Schema) => {
    const loose = loosened(value, suffix, dropped);
    return [name, required.includes(name) ? loose : orNull(loose)];
  };
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([keyword]) => !dropped.includes(keyword))),
    ...(title === undefined ? {} : { title: `${title}${suffix}` }),
    ...(items
      ? {
          items: loosened(
            items,
            suffix,
            dropped.filter((keyword) => keyword !== 'required'),
          ),
        }
      : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => member(name, value))) }
      : {}),
  };
}

function orNull(schema: Schema): Schema {
  return {
    ...schema,
    type: [schema.type ?? [], 'null'].flat(),
    ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
  };
}
