import assert from 'node:assert/strict';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { matching, noMatches } from '#domain/eligibility.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import type { Evidence } from '#domain/evidence.ts';
import { approved, rejected, withdrawnRequest, withRequest, withSubmission } from '#domain/evidence-steps.ts';
import { anyGrant, newEvidence, revoked, withDates, withGrant } from '#domain/grant.ts';
import { heldChangesOf, settled } from '#domain/holdings.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';
import { addDays, startOfDay } from '#domain/time.ts';
import { horizon } from './eligibility-model.ts';
import { between, firstDay, type Random, type Step, types } from './eligibility-script.ts';

const zones = ['Europe/London', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu'];
/** With a leap day and the changes of the clock of all zones within reach. */
export const dateOf = memoised((day) => addDays('2028-02-01', day));
export const dayOf = new Map(Array.from({ length: horizon }, (_, day) => [dateOf(day), day]));

export const catalogue = types.map((rules, number): EntitlementType => {
  const { evidence } = rules;
  return {
    number,
    list: 'residents',
    id: String(number),
    position: number,
    version: 1,
    label: `Type ${number}`,
    status: 'active',
    hidden: number === 3,
    evidence,
    evidenceDeadlineDays: 'deadline' in rules ? rules.deadline : 14,
    ...('duration' in rules ? { defaultDuration: `P${rules.duration}D` } : {}),
  };
});

/** An account as its document and its tables keep it, with nothing but the domain's rules. */
export class Subject {
  readonly ids: string[] = [];
  readonly #random: Random;
  readonly #organisation: Organisation;
  readonly #rows = new Map<string, Entitlement>();
  readonly #evidence = new Map<string, Evidence>();
  #today = firstDay;
  #now: Date;
  #account = { entitlement: [], accessPass: [], outstandingAction: [], version: 1 } as unknown as Account;

  constructor(random: Random) {
    this.#random = random;
    this.#organisation = { timeZone: zones[between(random, 0, zones.length - 1)] } as Organisation;
    this.#now = this.#someHour();
  }

  take(step: Step): boolean {
    if (step.kind === 'pass-days') {
      this.#today += step.days;
      this.#now = this.#someHour();
      // Where the job does not come by, who comes next finds the account as it was days ago.
      if (step.job) this.#edit((account) => account);
      return true;
    }
    try {
      this.#edit((account, actor) => this.#edited(account, step, actor));
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return false;
    }
  }

  validOn(day: number, asked: readonly number[]): number[] {
    const days = { at: dateOf(day), today: dateOf(this.#today) };
    const held = day < this.#today ? this.#every() : settled(this.#account, this.#actor()).entitlement;
    const found = matching(asked.map(asType), held, days);
    return found.map(({ id }) => this.ids.indexOf(id)).sort((a, b) => a - b);
  }

  whyNot(day: number, type: number): [code: string, on?: number] {
    const [reason] = noMatches([asType(type)], this.#every(), dateOf(day));
    assert.ok(reason);
    return 'on' in reason ? [reason.code, dayOf.get(reason.on) as number] : [reason.code];
  }

  get states(): string[] {
    return this.#every().map(({ state }) => state);
  }

  #every(): Entitlement[] {
    const rows = [...this.#rows.values()].map((row) => {
      const evidence = this.#evidence.get(row.id);
      return evidence ? { ...row, evidence } : row;
    });
    return settled({ ...this.#account, entitlement: rows }, this.#actor()).entitlement;
  }

  #edited(account: Account, step: Exclude<Step, { kind: 'pass-days' }>, actor: Actor): Account {
    if (step.kind === 'grant') {
      const grant = { type: catalogue[step.type], ...datesOf(step) };
      const next = withGrant(account, grant, actor, anyGrant);
      this.ids.push((next.entitlement.at(-1) as Entitlement).id);
      return next;
    }
    const old = account.entitlement.find((one) => one.id === this.ids[step.which] && isOpen(one));
    if (!old) throw new Refusal({ kind: 'not-found', subject: 'entitlement' });
    const next = changedBy(step, old, actor);
    return { ...account, entitlement: account.entitlement.map((one) => (one === old ? next : one)) };
  }

  #edit(edit: (account: Account, actor: Actor) => Account): void {
    const actor = this.#actor();
    const edited = edit(settled(this.#account, actor), actor);
    const { account, held } = heldChangesOf(this.#account, settled(edited, actor));
    for (const { entitlement } of held.entitlements) {
      const { evidence: _, ...row } = entitlement;
      this.#rows.set(row.id, row);
    }
    for (const { evidence, entitlementId } of held.evidence) this.#evidence.set(entitlementId, evidence);
    this.#account = account;
  }

  /** Whoever comes, at some hour of the day. */
  #actor(): Actor {
    return { organisation: this.#organisation, name: 'test', now: this.#now } as Actor;
  }

  #someHour(): Date {
    const midnight = startOfDay(this.#organisation.timeZone, dateOf(this.#today)).getTime();
    return new Date(midnight + between(this.#random, 0, 22 * 3_600_000));
  }
}

/** What a step does to an open entitlement. */
export function changedBy(step: Extract<Step, { which: number }>, one: Entitlement, actor: Actor): Entitlement {
  switch (step.kind) {
    case 'change':
      return withDates(one, datesOf(step), actor, anyGrant);
    case 'revoke':
      return revoked(one, 'moved away', actor);
    case 'ask':
      return withRequest(one, newEvidence({ label: one.type.label, evidenceDeadlineDays: 5 }, actor));
    case 'send':
      return withSubmission(one, { files: [] }, actor);
    case 'approve':
      return approved(one, actor, undefined, 30);
    case 'reject':
      return rejected(one, actor, 'not legible', 30);
    case 'withdraw':
      return withdrawnRequest(one, actor, undefined);
  }
}

/** The days of a step as dates. */
export function datesOf({ from, until }: { from?: number; until?: number | null }) {
  return {
    ...(from === undefined ? {} : { validFrom: dateOf(from) }),
    ...(until === undefined ? {} : { validUntil: until === null ? null : dateOf(until) }),
  };
}

function asType(number: number) {
  return { uri: `type:${number}`, number };
}

function memoised(make: (day: number) => string): (day: number) => string {
  const made: string[] = [];
  return (day) => (made[day] ??= make(day));
}
