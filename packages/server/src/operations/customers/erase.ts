import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Cause } from '#domain/changeset.ts';
import type { Customer } from '#domain/customer.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { storedAccount } from '../accounts/stored.ts';
import { changeAggregate, type Target } from '../write.ts';

/**
 * The right to be forgotten: erases the customer and all accounts in one transaction. Personal data leaves every table, stored
 * answers and the past included; a tombstone with number, times and audit remains. Never refused for an active or passive customer.
 *
 * @returns false when the customer was erased before, or `when` says that it is not to be
 * @throws Refusal `not-found`, `gone` (an account that was only deleted), `precondition`
 */
export async function eraseCustomer(
  store: Store,
  actor: Actor,
  target: Target,
  options: {
    ifMatch?: ((aggregate: Aggregate) => boolean) | undefined;
    cause?: Cause;
    when?: (customer: Customer) => boolean;
  } = {},
): Promise<boolean> {
  const cause = options.cause ?? 'erasure';
  let erases = true;
  try {
    await changeAggregate(store, actor, target, {
      operation: cause === 'expiry' ? 'customers.expire' : 'customers.erase',
      ifMatch: options.ifMatch,
      gone: cause,
      edit: (aggregate) => {
        erases = options.when?.(aggregate.customer) ?? true;
        return erases ? erased(aggregate, actor) : aggregate;
      },
    });
    return erases;
  } catch (error) {
    if (error instanceof Refusal && error.reason.kind === 'gone' && (await isErased(store, actor, target)))
      return false;
    throw error;
  }
}

async function isErased(store: Store, actor: Actor, target: Target): Promise<boolean> {
  if ('customerNumber' in target) return true;
  return (await storedAccount(store, actor, target.identifier))?.state === 'erased';
}

function erased({ customer }: Aggregate, actor: Actor): Aggregate {
  const { number, uuid, kind, type, version, createdAt, createdBy, createdByChannel } = customer;
  const stamps = {
    createdAt,
    createdBy,
    createdByChannel,
    changedAt: actor.now.toISOString(),
    changedBy: actor.name,
    changedByChannel: actor.dialect,
  };
  return {
    customer: { number, uuid, kind, type, state: 'erased', version, details: {}, ...stamps },
    passwordHash: null,
    accounts: [],
  };
}
