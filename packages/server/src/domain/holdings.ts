import { isDeepStrictEqual } from 'node:util';
import type { AccessPass } from './access-pass.ts';
import type { Account } from './account.ts';
import type { Actor } from './actor.ts';
import { todayOf } from './actor.ts';
import { compact } from './compact.ts';
import { type Entitlement, ended, isOpen, isOverdueOn, nextBoundary } from './entitlement.ts';
import { decided, type Evidence } from './evidence.ts';
import type { OutstandingAction } from './outstanding-action.ts';
import { startOfDay } from './time.ts';

/** What one write does to what one account holds: each item in its new form, also those that are over now. */
export type HeldChanges = {
  customerNumber: number;
  accountNumber: number;
  /** `isNew`: granted by this write; `revised`: something of it changed besides the label of its type. */
  entitlements: { entitlement: Entitlement; isNew: boolean; revised: boolean }[];
  evidence: { evidence: Evidence; entitlementId: string }[];
  passes: AccessPass[];
  actions: OutstandingAction[];
};

/**
 * Does what the passing of days does to an account: ends what is over or overdue, and notes the next date at which what is shown
 * changes by itself. Idempotent for a day.
 *
 * @returns the same object when nothing changes
 */
export function settled(account: Account, actor: Actor): Account {
  const today = todayOf(actor);
  const entitlement = account.entitlement.map((one) => settledEntitlement(one, today, actor));
  const boundary = nextBoundary(entitlement.filter(isOpen), today);
  const same = entitlement.every((one, index) => one === account.entitlement[index]);
  if (same && boundary === account.nextBoundary) return account;
  return compact({ ...account, entitlement, nextBoundary: boundary }) as Account;
}

function settledEntitlement(one: Entitlement, today: string, actor: Actor): Entitlement {
  if (!isOpen(one)) return one;
  const due = isOverdueOn(one, today) ? one.evidence?.due : undefined;
  // What came first counts, also when the job was down on both days.
  if (one.validUntil !== undefined && one.validUntil <= (due ?? today))
    return ended(one, 'expired', { actor: theDay(one.validUntil, actor) });
  if (due === undefined) return one;
  const day = theDay(due, actor);
  // Nothing was sent, so there are no files to keep.
  const evidence = decided(one.evidence as Evidence, 'expired', { actor: day, retentionDays: 0 });
  return ended({ ...one, evidence }, 'revoked', { reason: 'evidenceOverdue', on: due, actor: day });
}

/** What a day ends, ends at its beginning and by nobody else, whoever comes to write it down, and whenever. */
function theDay(date: string, actor: Actor): Actor {
  return { ...actor, name: 'tessera', now: startOfDay(actor.organisation.timeZone, date) };
}

/**
 * Takes apart what an edit left of an account: the account as it is stored, with current items only, and what is to be written about
 * every item that changed, with the events to report.
 */
export function heldChangesOf(
  known: Account | undefined,
  edited: Account,
): { account: Account; held: HeldChanges; events: string[] } {
  const passes = changedItems(known?.accessPass, edited.accessPass);
  const actions = changedItems(known?.outstandingAction, edited.outstandingAction);
  const held: HeldChanges = {
    customerNumber: edited.customerNumber,
    accountNumber: edited.number,
    entitlements: [],
    evidence: [],
    passes: passes.map(({ item }) => item),
    actions: actions.map(({ item }) => item),
  };
  const events: string[] = [];
  const before = byId(known?.entitlement);
  const entitlement = edited.entitlement.map((one) => {
    const old = before.get(one.id);
    if (isDeepStrictEqual(one, old)) return one;
    if (one.evidence !== undefined && !isDeepStrictEqual(one.evidence, old?.evidence)) {
      held.evidence.push({ evidence: one.evidence, entitlementId: one.id });
      events.push(...evidenceEvents(old?.evidence, one.evidence));
    }
    const revised = old === undefined || !isDeepStrictEqual(withoutLabel(one), withoutLabel(old));
    const next = revised && old !== undefined ? { ...one, revision: old.revision + 1 } : one;
    const labelled = old !== undefined && !isDeepStrictEqual(one.type, old.type);
    if (revised || labelled) held.entitlements.push({ entitlement: next, isNew: old === undefined, revised });
    events.push(...entitlementEvents(old, one, revised));
    return next;
  });
  events.push(
    ...passes.map(({ old, item }) => passEvent(old, item)),
    ...actions.map(({ old, item }) => actionEvent(old, item)),
  );
  const account: Account = {
    ...edited,
    entitlement: entitlement.filter(isOpen),
    accessPass: edited.accessPass.filter(({ state }) => state === 'active'),
    outstandingAction: edited.outstandingAction.filter(({ state }) => state === 'open'),
  };
  return { account, held, events: [...new Set(events)] };
}

function changedItems<T extends { id: string }>(
  before: T[] | undefined,
  after: T[],
): { old: T | undefined; item: T }[] {
  if (after === before || after.length === 0) return [];
  const known = byId(before);
  return after
    .map((item) => ({ old: known.get(item.id), item }))
    .filter(({ old, item }) => !isDeepStrictEqual(item, old));
}

function byId<T extends { id: string }>(items: T[] = []): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function withoutLabel({ type: _, evidence: __, ...rest }: Entitlement): object {
  return rest;
}

function entitlementEvents(old: Entitlement | undefined, one: Entitlement, revised: boolean): string[] {
  if (one.state === 'active' && old?.state !== 'active') return ['entitlement.granted'];
  if (old?.state === one.state) return revised ? ['entitlement.updated'] : [];
  if (one.state === 'revoked' || one.state === 'expired') return [`entitlement.${one.state}`];
  return [];
}

function evidenceEvents(old: Evidence | undefined, one: Evidence): string[] {
  if (old?.id === one.id && old.state === one.state && one.state !== 'submitted') return [];
  return [`evidence.${one.state}`];
}

function passEvent(old: AccessPass | undefined, one: AccessPass): string {
  if (one.state === 'active') return old?.state === 'active' ? 'access-pass.updated' : 'access-pass.assigned';
  return `access-pass.${one.state}`;
}

function actionEvent(old: OutstandingAction | undefined, one: OutstandingAction): string {
  if (one.state !== 'open') return `outstanding-action.${one.state}`;
  return old ? 'outstanding-action.updated' : 'outstanding-action.created';
}
