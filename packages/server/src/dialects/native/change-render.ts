import type { AccountDocument } from '#domain/account.ts';
import { enturEvent } from '#domain/entur-event.ts';
import { type LoggedChange, thinChange } from '#domain/logged-change.ts';
import type { Call } from '#http/call.ts';
import { accountsOfChanges } from '#operations/changes/accounts.ts';
import type { Following } from './change-query.ts';
import { renderAccount } from './render.ts';

/** A change as a follower gets it; what it is made of is said in change-schema.ts. */
export type ShownChange = { number: number; kind: string };

/** Changes in the form that was asked for; the accounts are read in one go, as they are now. */
export async function renderChanges(
  { store, actor: asking, waiting }: Call,
  changes: readonly LoggedChange[],
  { format, includeAccount }: Pick<Following, 'format' | 'includeAccount'>,
): Promise<ShownChange[]> {
  const actor = { ...asking, now: waiting.clock() };
  if (format === 'entur') {
    return changes.flatMap((change) => {
      const event = enturEvent(change, actor.organisation.id);
      return event ? [{ number: change.number, ...event }] : [];
    });
  }
  const accounts = includeAccount ? await accountsOfChanges(store, actor, changes) : new Map<number, AccountDocument>();
  return changes.map((change) => {
    const document = accounts.get(change.number);
    return { ...thinChange(change), ...(document ? { account: renderAccount(document, actor) } : {}) };
  });
}
