import { Refusal } from '#domain/refusal.ts';
import { parseInstant } from '#domain/time.ts';
import type { Call } from '#http/call.ts';

const int64 = 9_223_372_036_854_775_807n;

/**
 * The customer number of the path. Tessera issues none above 2^53-1 (entur.md 1.1): greater ones are valid and nobody's, like 0.
 *
 * @throws Refusal `invalid` for a number that int64 cannot hold; the route's schema has seen to its form
 */
export function customerNumberOf({ params }: Call): number {
  const text = params.customerNumber as string;
  if (BigInt(text) > int64) {
    throw new Refusal({
      kind: 'invalid',
      in: 'path',
      faults: [{ path: ['customerNumber'], code: 'range', message: 'must fit int64' }],
    });
  }
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : 0;
}

/** The date or date-time that a query parameter is. Throws Refusal `invalid` when it is neither. */
export function instantOf(parameter: string, text: string): Date {
  // A `+` before the offset that was not percent-encoded arrives as a blank.
  const instant = parseInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (instant) return instant;
  const fault = { path: [parameter], code: 'format', message: 'must be a date or date-time' };
  throw new Refusal({ kind: 'invalid', in: 'query', faults: [fault] });
}

/** The account id of the path, decoded once. */
export function accountIdOf({ params }: Call): string {
  return params.accountId as string;
}
