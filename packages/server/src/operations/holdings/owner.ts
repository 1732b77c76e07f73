import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';

/** Whose past is read. */
export function ownerOf(
  { organisation }: Pick<Actor, 'organisation'>,
  { customerNumber, number }: Pick<Account, 'customerNumber' | 'number'>,
): { organisationId: number; customerNumber: number; accountNumber: number } {
  return { organisationId: organisation.id, customerNumber, accountNumber: number };
}
