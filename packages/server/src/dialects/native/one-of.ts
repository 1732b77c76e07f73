import { Type } from 'typebox';

/** One of these words; the description, which names them first, is also what is said of any other value. */
export const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    { description: [`must be one of ${values.join(', ')}`, ...(description ? [description] : [])].join('; ') },
  );
