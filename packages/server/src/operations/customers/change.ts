import { isDeepStrictEqual } from 'node:util';
import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { assertActive, changedAccount } from '#domain/aggregate.ts';
import { compact } from '#domain/compact.ts';
import type { Customer } from '#domain/customer.ts';
import type { Store } from '#store/store.ts';
import { checkCustomerRef, completeDetails, type DetailsInput } from '../details.ts';
import { accountIn, changeAggregate, type Keep, type Target } from '../write.ts';

/** What is to change; a member that is absent stays. */
export type CustomerEdit = {
  /** All personal data as it should be afterwards. */
  details?: DetailsInput;
  /** null: back to "the customer number". */
  customerRef?: string | null;
  passwordHash?: string;
  /** Own members of the account the write is addressed to; null clears. */
  account?: { accountNumber?: string | null; alias?: string | null };
  /** The addressed account with what it should hold. */
  held?: (account: Account) => Promise<Account>;
};

export type ChangeCustomer = {
  operation?: string;
  ifMatch?: ((aggregate: Aggregate) => boolean) | undefined;
  /** Decides on the present state; may throw Refusals of its own (in the dialect's words). Called again when somebody else was first. */
  edit: (aggregate: Aggregate) => CustomerEdit;
  /** `changedBy` and `changedByChannel` where the dialect carries them. */
  stamp?: { changedBy: string; changedByChannel: string };
  keep?: Keep<Aggregate>;
};

/**
 * Changes a customer's data, through the customer or any account, atomically. No effective change leaves everything as it was.
 *
 * @throws Refusal `not-found`, `gone`, `precondition`, `passive`, `invalid` (paths in domain words), `taken`
 */
export function changeCustomer(
  store: Store,
  actor: Actor,
  target: Target,
  { operation = 'customers.change', ifMatch, edit, stamp, keep }: ChangeCustomer,
): Promise<Aggregate> {
  return changeAggregate(store, actor, target, {
    operation,
    ifMatch,
    ...(stamp ? { channel: stamp.changedByChannel } : {}),
    ...(keep ? { keep } : {}),
    edit: async (aggregate) => {
      assertActive(aggregate.customer);
      const wanted = edit(aggregate);
      const customer = await edited(store, actor, aggregate.customer, wanted);
      const passwordHash = wanted.passwordHash ?? aggregate.passwordHash;
      const same = isDeepStrictEqual(customer, aggregate.customer) && passwordHash === aggregate.passwordHash;
      const stamps = {
        changedAt: actor.now.toISOString(),
        changedBy: stamp?.changedBy ?? actor.name,
        changedByChannel: stamp?.changedByChannel ?? actor.dialect,
      };
      return {
        customer: same ? aggregate.customer : { ...customer, ...stamps },
        passwordHash,
        accounts: await accounts(aggregate, actor, target, wanted),
      };
    },
  });
}

async function edited(store: Store, actor: Actor, customer: Customer, wanted: CustomerEdit): Promise<Customer> {
  const details = wanted.details
    ? await completeDetails(store, actor, customer.kind, wanted.details, customer.details)
    : customer.details;
  const customerRef = wanted.customerRef === undefined ? customer.customerRef : (wanted.customerRef ?? undefined);
  checkCustomerRef(customerRef, customer);
  return compact({ ...customer, details, customerRef }) as Customer;
}

async function accounts(
  aggregate: Aggregate,
  actor: Actor,
  target: Target,
  { account: members = {}, held }: CustomerEdit,
): Promise<Account[]> {
  if (target.identifier === undefined) return aggregate.accounts;
  const addressed = accountIn(aggregate, target.identifier);
  // null means "clear"; undefined members are dropped by the comparison.
  const change = Object.fromEntries(Object.entries(members).map(([member, value]) => [member, value ?? undefined]));
  const holding = held ? await held(addressed) : addressed;
  const changed = changedAccount(addressed, { ...holding, ...change }, actor);
  return aggregate.accounts.map((account) => (account === addressed ? changed : account));
}
