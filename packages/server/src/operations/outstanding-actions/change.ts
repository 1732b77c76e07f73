import { isDeepStrictEqual } from 'node:util';
import type { Account } from '#domain/account.ts';
import { type ActionEdit, editedAction, endedAction, type NewAction, withAction } from '#domain/action-changes.ts';
import type { Actor } from '#domain/actor.ts';
import type { OutstandingAction } from '#domain/outstanding-action.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { editItem, type ItemResult, type Writing } from '../holdings/edit-item.ts';
import { pastAction } from './read.ts';

/** Which action of which account. */
export type ActionTarget = { identifier: string; id: string };

type Result = ItemResult<OutstandingAction>;

/** Makes an action for the customer. Throws Refusal `invalid`, `too-many`, and as `editAccount`. */
export function createAction(
  store: Store,
  actor: Actor,
  identifier: string,
  input: NewAction,
  writing: Writing<Result>,
): Promise<Result> {
  return editItem(store, actor, identifier, 'outstanding-actions.create', writing, (account) => {
    const next = withAction(account, input, actor);
    return [next, next.outstandingAction.at(-1) as OutstandingAction];
  });
}

/** Changes an open action. Throws Refusal `not-found`, `ended`, `invalid`, and as `editAccount`. */
export function changeAction(
  store: Store,
  actor: Actor,
  { identifier, id }: ActionTarget,
  edit: ActionEdit,
  writing: Writing<Result>,
): Promise<Result> {
  return editItem(store, actor, identifier, 'outstanding-actions.change', writing, async (account) => {
    const open = openIn(account, id);
    if (!open) throw endedRefusal(await pastAction(store, actor, account, id));
    const changed = editedAction(open, edit);
    return [withChanged(account, open, changed), changed];
  });
}

/**
 * Ends an action: it was done, or is not asked for any more. One that ended so before stays as it is, so the request can be repeated.
 *
 * @throws Refusal `not-found`, `ended` (in the other way), and as `editAccount`
 */
export function endAction(
  store: Store,
  actor: Actor,
  { identifier, id }: ActionTarget,
  end: { state: 'completed' | 'cancelled'; reason?: string | undefined },
  writing: Writing<Result>,
): Promise<Result> {
  const operation = `outstanding-actions.${end.state === 'completed' ? 'complete' : 'cancel'}`;
  return editItem(store, actor, identifier, operation, writing, async (account) => {
    const open = openIn(account, id);
    if (open) {
      const ended = endedAction(open, end.state, end.reason, actor);
      return [withChanged(account, open, ended), ended];
    }
    const past = await pastAction(store, actor, account, id);
    if (past.state !== end.state) throw endedRefusal(past);
    return [account, past];
  });
}

function openIn(account: Account, id: string): OutstandingAction | undefined {
  return account.outstandingAction.find((one) => one.id === id);
}

function withChanged(account: Account, old: OutstandingAction, next: OutstandingAction): Account {
  if (isDeepStrictEqual(old, next)) return account;
  return { ...account, outstandingAction: account.outstandingAction.map((one) => (one === old ? next : one)) };
}

function endedRefusal({ state }: OutstandingAction): Refusal {
  return new Refusal({ kind: 'ended', subject: 'outstanding-action', state });
}
