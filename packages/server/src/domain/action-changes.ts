import type { Account } from './account.ts';
import type { Actor } from './actor.ts';
import { isPage, maxUrlLength } from './catalogue-rules.ts';
import { compact } from './compact.ts';
import { newIdentifier } from './identifier.ts';
import { maxOpenActions, type OutstandingAction } from './outstanding-action.ts';
import { type Fault, Refusal, refuseFaults } from './refusal.ts';

type Written = 'kind' | 'name' | 'description' | 'deadline' | 'target' | 'blocksBooking';

/** An action to make; without `blocksBooking` it does not. */
export type NewAction = Pick<OutstandingAction, 'kind' | 'name'> & Partial<Pick<OutstandingAction, Written>>;

/** What of an open action changes; `undefined` removes where that is possible. */
export type ActionEdit = Partial<Pick<OutstandingAction, 'kind' | 'name' | 'blocksBooking'>> &
  Partial<Record<'description' | 'deadline' | 'target', string | undefined>>;

/** What is wrong with an action as it becomes; the path is `target` (openactive.md 2.8). An unchanged target passes. */
function actionFaults({ target }: Pick<ActionEdit, 'target'>, stored: Pick<ActionEdit, 'target'> = {}): Fault[] {
  if (target === undefined || target === stored.target || (target.length <= maxUrlLength && isPage(target))) return [];
  const message = 'must be an https URL with a fully qualified host name, without &, < and >';
  return [{ path: ['target'], code: 'format', message }];
}

/** Adds an open action. Throws Refusal `invalid` (target), `too-many`. */
export function withAction(account: Account, action: NewAction, actor: Actor): Account {
  refuseFaults(actionFaults(action));
  const open = account.outstandingAction.filter(({ state }) => state === 'open');
  if (open.length >= maxOpenActions) throw new Refusal({ kind: 'too-many', what: 'actions', limit: maxOpenActions });
  const added = compact({
    id: newIdentifier(),
    kind: action.kind,
    state: 'open',
    name: action.name,
    description: action.description,
    deadline: action.deadline,
    target: action.target,
    blocksBooking: action.blocksBooking ?? false,
    createdAt: actor.now.toISOString(),
    createdBy: actor.name,
  }) as OutstandingAction;
  return { ...account, outstandingAction: [...account.outstandingAction, added] };
}

/** An open action with members changed. Throws Refusal `invalid` (target). */
export function editedAction(action: OutstandingAction, edit: ActionEdit): OutstandingAction {
  refuseFaults(actionFaults(edit, action));
  return compact({ ...action, ...edit }) as OutstandingAction;
}

/** An open action that was done, or is not asked for any more. */
export function endedAction(
  action: OutstandingAction,
  state: 'completed' | 'cancelled',
  reason: string | undefined,
  actor: Actor,
): OutstandingAction {
  const stamps = { endedAt: actor.now.toISOString(), endedBy: actor.name };
  return { ...action, state, ...stamps, ...(reason === undefined ? {} : { reason }) };
}
