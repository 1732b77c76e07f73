import type { Account } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { type Entitlement, isOverdueOn } from '#domain/entitlement.ts';
import type { ActionKind, OutstandingAction } from '#domain/outstanding-action.ts';
import { actionView } from './action.ts';
import { evidenceAction } from './evidence-action.ts';
import type { Profile } from './profile.ts';

/** What the customer has to do: what an operator asks for, and proof for entitlements that wait for it; oldest first (openactive.md 3.7). */
export function outstandingActionViews(account: Account, actor: Actor, profile: Profile): object[] {
  const today = todayOf(actor);
  const asked = account.outstandingAction.map((action) => ({
    since: action.createdAt,
    view: operatorAction(action, profile),
  }));
  const proofs = account.entitlement.flatMap((one) => {
    const view = waitsForProof(one, today) ? evidenceAction(one, actor, profile) : undefined;
    return view ? [{ since: one.evidence?.requestedAt ?? '', view }] : [];
  });
  const all = [...asked, ...proofs];
  return all.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0)).map(({ view }) => view);
}

/** That a hidden type waits is not told either: the request would name it. */
function waitsForProof(one: Entitlement, today: string): boolean {
  const over = one.validUntil !== undefined && one.validUntil <= today;
  return one.state === 'pending' && !one.type.hidden && !over && !isOverdueOn(one, today);
}

function operatorAction(action: OutstandingAction, profile: Profile): object {
  return actionView({
    type: types[action.kind],
    identifier: action.id,
    name: action.name,
    description: action.description,
    status: 'PotentialActionStatus',
    startTime: action.createdAt,
    endTime: action.deadline,
    ...(profile === 'extended' ? { 'tessera:blocksBooking': action.blocksBooking } : {}),
    page: action.target,
  });
}

/** openactive.md 2.8. */
const types: Record<ActionKind, string | undefined> = {
  debt: 'PayAction',
  renewal: 'UpdateAction',
  details: 'UpdateAction',
  terms: 'AgreeAction',
  induction: 'RegisterAction',
  registration: 'RegisterAction',
  other: undefined,
};
