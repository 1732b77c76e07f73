import { isDeepStrictEqual } from 'node:util';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { thinChange } from '#domain/logged-change.ts';
import { startOfDay } from '#domain/time.ts';
import type { HistoryEntry } from '#operations/history/read.ts';
import { renderAccount, renderCustomer } from './render.ts';

type Members = Record<string, unknown>;

/**
 * A change in native form: what, when, by whom, and what it changed. `before` and `after` have exactly the members that differ, as reads
 * show them, but for stamps that only repeat when and by whom; what was created is there whole.
 */
export function renderEntry({ change, audit, account, customer, erased }: HistoryEntry, actor: Actor): object {
  const { clientId, clientName, actor: by, ...made } = audit;
  const entry = { ...thinChange(change), by, client: { id: clientId, name: clientName }, ...made };
  if (erased) return { ...entry, erased: true };
  const now = new Date(change.at);
  const [before, after] = (['before', 'after'] as const).map((moment): Members | undefined => {
    const [own, owner] = [account[moment], customer[moment]];
    if (own) return renderAccount({ account: own, customer: owner }, shown(own, { ...actor, now })) as Members;
    if (!owner) return undefined;
    return (change.subject === 'customer' ? renderCustomer(owner) : { customer: renderCustomer(owner) }) as Members;
  });
  if (change.kind === 'created') return { ...entry, after };
  if (!before || !after) return entry;
  return {
    ...entry,
    ...difference(before, after, { changedAt: change.at, changedBy: by, changedByChannel: made.channel }),
  };
}

/**
 * The actor on the day of a change, or on the last day on which the account was still shown as it had been written: what days did to
 * it since is part of what the change wrote down.
 */
function shown({ nextBoundary }: Account, actor: Actor): Actor {
  const boundary = nextBoundary === undefined ? undefined : startOfDay(actor.organisation.timeZone, nextBoundary);
  return boundary && boundary <= actor.now ? { ...actor, now: new Date(boundary.getTime() - 1) } : actor;
}

/** The members that differ; of a customer within an account again. @param stamps left out where they are this afterwards */
function difference(before: Members, after: Members, stamps: Members): { before: Members; after: Members } {
  const [was, is]: [Members, Members] = [{}, {}];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[name], after[name]];
    if (isDeepStrictEqual(old, next) || (name in stamps && next === stamps[name])) continue;
    if (name === 'customer' && old && next) {
      const inner = difference(old as Members, next as Members, stamps);
      if (Object.keys({ ...inner.before, ...inner.after }).length > 0) {
        was.customer = inner.before;
        is.customer = inner.after;
      }
      continue;
    }
    if (old !== undefined) was[name] = old;
    if (next !== undefined) is[name] = next;
  }
  return { before: was, after: is };
}
