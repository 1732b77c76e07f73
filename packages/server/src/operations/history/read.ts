import type { Actor } from '#domain/actor.ts';
import { type ChangeKind, tracesOf } from '#domain/change-kinds.ts';
import { Refusal } from '#domain/refusal.ts';
import type { KnownSubject, RecordedChange } from '#store/change-history.ts';
import type { Positioned } from '#store/positioned-reads.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';
import { boundsOf } from './bounds.ts';

/** What is asked of a history: all that is given must apply. */
export type HistoryQuery = {
  /** Only changes with lower numbers: where the page before ended. */
  below?: number | undefined;
  /** Only changes made at or after this instant. */
  from?: Date | undefined;
  /** Only changes made before this instant. */
  until?: Date | undefined;
  /** Only changes of one of these kinds. */
  kinds?: readonly ChangeKind[] | undefined;
  /** At most so many. */
  limit: number;
  /** The answer has to take the change with this number into account. */
  least?: number | undefined;
};

/** A change with what it changed. */
export type HistoryEntry = RecordedChange & {
  /** What was written is no longer kept: erased, or older than what is kept. */
  erased: boolean;
};

/** A page of a history, newest first. It may be short, or empty, although there are more: those below `next`. */
export type History = Positioned<{ entries: HistoryEntry[]; next?: number }>;

/**
 * What happened to an account: the one that has the identifier, or had it last, deleted and erased ones included. A former account of
 * the same identifier was another record, with a past of its own: that is in the history of its customer. What a change of the customer
 * changed is told with the account's change.
 *
 * @throws Refusal `not-found`
 */
export async function accountHistory(
  store: Store,
  actor: Actor,
  identifier: string,
  query: HistoryQuery,
): Promise<History> {
  const subject = await store.changeHistory.subjectOf(actor.organisation, identifier);
  if (!subject) throw new Refusal({ kind: 'not-found', subject: 'account' });
  const { customerNumber, accountNumber } = subject;
  const history = await pageOf(store, actor, subject, query);
  if (showsValues(history))
    noteRead(store, actor, 'history.read', { account: { customerNumber, number: accountNumber } });
  return history;
}

/**
 * What happened to a customer and to all the accounts the customer has or had; of an erased customer too.
 *
 * @throws Refusal `not-found`
 */
export async function customerHistory(
  store: Store,
  actor: Actor,
  customerNumber: number,
  query: HistoryQuery,
): Promise<History> {
  const subject = await store.changeHistory.customer(actor.organisation.id, customerNumber);
  if (!subject) throw new Refusal({ kind: 'not-found', subject: 'customer' });
  const history = await pageOf(store, actor, subject, query);
  if (showsValues(history)) noteRead(store, actor, 'history.read', { customer: { number: customerNumber } });
  return history;
}

/** A replica answers if it has the subject's newest change: a history is never behind, and shows nothing that has been erased. */
async function pageOf(store: Store, actor: Actor, subject: KnownSubject, query: HistoryQuery): Promise<History> {
  const { below, from, until, kinds, limit, least = 0 } = query;
  const { id } = actor.organisation;
  const { changes, ...rest } = await store.positioned.readOf(
    id,
    async (source) => {
      const bounds = await boundsOf(source, actor, { from, until });
      const lower = [below, bounds.below].filter((number) => number !== undefined);
      const search = {
        from,
        until,
        kinds: kinds && tracesOf(kinds),
        least: bounds.least,
        ...(lower.length > 0 ? { below: Math.min(...lower) } : {}),
      };
      return source.changeHistory.page(id, subject, search, limit);
    },
    Math.max(subject.newest, least),
  );
  const ofAccount = subject.accountNumber !== undefined;
  return { entries: changes.map((change) => ({ ...change, erased: isErased(change, ofAccount) })), ...rest };
}

/** Whether something that the change wrote, or that was there before it, is not kept any more. */
function isErased({ change, account, customer }: RecordedChange, ofAccount: boolean): boolean {
  if (change.kind === 'deleted') return true;
  // What the customer's change made of an account stands in a customer's history at the customer.
  if (change.cause === 'customer' && !ofAccount) return false;
  const ofCustomer = change.subject === 'customer' || change.cause === 'customer';
  const needed = ofCustomer ? [customer] : customer.after ? [account, customer] : [account];
  return needed.some(({ before, after }) => !after || (change.kind === 'updated' && !before));
}

function showsValues({ entries }: History): boolean {
  return entries.some(({ erased, account, customer }) => !erased && (account.after ?? customer.after) !== undefined);
}
