import { Refusal } from '#domain/refusal.ts';
import type { LocatedReason } from './located.ts';

/**
 * Refuses Sellers at which the customer has no linked account. Nobody has any before accounts can be linked (architecture.md,
 * Settled 20), so every Seller is refused, by name.
 */
export function refuseSellers(sellers: readonly string[]): void {
  if (sellers.length === 0) return;
  const reason: LocatedReason = {
    kind: 'invalid',
    faults: sellers.map((seller, index) => ({
      path: ['seller', index],
      code: 'not-linked',
      message: `${seller} is not linked`,
    })),
    summary: `Not linked to this customer: ${sellers.join(', ')}`,
  };
  throw new Refusal(reason);
}
