import { Refusal } from '#domain/refusal.ts';
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

/** The account id of the path, decoded once. */
export function accountIdOf({ params }: Call): string {
  return params.accountId as string;
}
