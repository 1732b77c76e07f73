import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { type Fault, Refusal, type RefusalReason, refuseFaults } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import { type AccountResult, createAccount, type NewAccount } from '#operations/accounts/create.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { type InitialHoldings, initialFaults, withInitial } from '#operations/holdings/initial.ts';
import type { Keep } from '#operations/write.ts';

type Owner = { customer: NewCustomer } | { customerNumber: number };
type Pass = NonNullable<InitialHoldings['accessPass']>[number];

/**
 * Creates the account that a body describes, with what it is to hold.
 *
 * @param ownerOf whose account it is to be; may throw Refusal `invalid`
 * @param more members that are not in the body
 * @throws Refusal `invalid` with the faults of owner and holdings together; `taken` with the place of a taken pass; and as `createAccount`
 */
export async function createFromBody(
  { store, actor, body }: Pick<Call, 'store' | 'actor' | 'body'>,
  ownerOf: (actor: Actor) => Owner,
  more: Pick<NewAccount, 'identifier' | 'putDigest'> = {},
  keep?: Keep<AccountResult>,
): Promise<AccountResult> {
  const { customer: _, customerNumber: __, accessPass, entitlement, hiddenDiscount, ...members } = body;
  const holdings: InitialHoldings = { accessPass, entitlement, hiddenDiscount };
  const holds = Object.values(holdings).some((given) => given !== undefined);
  const [owner, ownerFaults] = judged(() => ownerOf(actor));
  refuseFaults([...ownerFaults, ...(holds ? await initialFaults(store, actor, holdings) : [])]);
  const holding = holds ? { held: (account: Account) => withInitial(store, actor, account, holdings) } : {};
  try {
    return await createAccount(store, actor, owner as Owner, { ...members, ...more, ...holding }, keep);
  } catch (error) {
    throw error instanceof Refusal ? placed(error, accessPass) : error;
  }
}

function judged(ownerOf: () => Owner): [Owner | undefined, Fault[]] {
  try {
    return [ownerOf(), []];
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason.kind !== 'invalid') throw error;
    return [undefined, error.reason.faults];
  }
}

/** A refusal for a taken pass says which of the list it is. */
function placed({ reason }: Refusal, passes: Pass[] = []): Refusal {
  const index = indexOf(reason, passes);
  return new Refusal(
    reason.kind === 'taken' && index >= 0 ? { ...reason, at: [['accessPass', index, 'text']] } : reason,
  );
}

function indexOf(reason: RefusalReason, passes: Pass[]): number {
  if (reason.kind !== 'taken' || !reason.pass) return -1;
  const { namespace: taken, text } = reason.pass;
  const named = passes.findIndex((pass) => pass.text === text && pass.namespace === taken);
  return named >= 0 ? named : passes.findIndex((pass) => pass.text === text && pass.namespace === undefined);
}
