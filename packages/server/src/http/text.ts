import { Type } from 'typebox';

/** A text that is trimmed and then has `min`..`max` code points. */
export function text(max: number, options: { min?: number; pattern?: string; description?: string } = {}) {
  const { min = 1, ...rest } = options;
  return Type.String({ 'x-trim': true, minLength: min, maxLength: max, ...rest });
}
