import { firstDay, type Step, types } from './eligibility-script.ts';

/**
 * What the contract says of entitlements (openactive.md 3.1, 3.6), told once more and as plainly as can be: days are numbers, every day
 * is lived through one after the other, and for each grant there is a sheet with one cell per day.
 */
export const horizon = 400;
const never = 1_000_000;

type Grant = {
  type: number;
  from: number;
  until: number;
  status: 'pending' | 'active' | 'revoked' | 'expired';
  wasActive: boolean;
  /** The first day on which it counted, where it was proved before. */
  since: number;
  /** Asked for by this day, exclusive; or sent in; or none. */
  proof: { due: number } | 'sent' | undefined;
  /** The first day without it, when it was revoked. */
  end: number;
};

/** V: valid. P: waits for proof. O: proof is due before, and it will be gone unless that comes. */
type Cell = 'V' | 'P' | 'O' | '.';

export class Model {
  today = firstDay;
  readonly grants: Grant[] = [];

  /** Does a step; false when the contract refuses it. */
  take(step: Step): boolean {
    if (step.kind === 'pass-days') {
      for (let day = 0; day < step.days; day += 1) this.#nextDay();
      return true;
    }
    if (step.kind === 'grant') return this.#grant(step);
    const grant = this.grants[step.which] as Grant;
    if (grant.status !== 'pending' && grant.status !== 'active') return false;
    switch (step.kind) {
      case 'change':
        return this.#change(grant, step);
      case 'revoke':
        this.#revoke(grant, this.today);
        return true;
      case 'ask':
        if (grant.proof) return false;
        grant.proof = { due: this.today + 5 };
        return true;
      case 'send':
        if (grant.proof === undefined) return false;
        grant.proof = 'sent';
        return true;
      case 'approve':
        if (grant.proof !== 'sent') return false;
        grant.proof = undefined;
        if (grant.status === 'pending') grant.since = this.today;
        grant.status = 'active';
        grant.wasActive = true;
        return true;
      case 'reject':
        if (grant.proof !== 'sent') return false;
        this.#revoke(grant, this.today);
        return true;
      case 'withdraw':
        if (grant.proof === undefined) return false;
        grant.proof = undefined;
        if (grant.status === 'pending') this.#revoke(grant, this.today);
        return true;
    }
  }

  /** The positions of the grants of these types that are valid on a day. */
  validOn(day: number, asked: readonly number[]): number[] {
    return this.grants.flatMap((grant, which) =>
      asked.includes(grant.type) && sheet(grant)[day] === 'V' ? [which] : [],
    );
  }

  /** Why a type is not valid on a day: a word, and the day that decides. */
  whyNot(day: number, type: number): [code: string, on?: number] {
    const sheets = this.grants.filter((grant) => grant.type === type).map((grant) => ({ grant, cells: sheet(grant) }));
    if (sheets.some(({ cells }) => cells[day] === 'P')) return ['pending-evidence'];
    const overdue = sheets.find(({ cells }) => cells[day] === 'O');
    if (overdue) return ['evidence-due', (overdue.grant.proof as { due: number }).due];
    const begins = sheets.map(({ cells }) => cells.findIndex((cell) => cell !== '.')).filter((first) => first > day);
    if (begins.length > 0) return ['not-yet-valid', Math.min(...begins)];
    for (let end = day; end >= 0; end -= 1) {
      const last = sheets.findLast(({ grant }) => Math.min(grant.until, grant.end) === end);
      if (last) return [last.grant.status === 'revoked' && end < last.grant.until ? 'revoked' : 'ended', end];
    }
    return ['not-held'];
  }

  #nextDay(): void {
    this.today += 1;
    for (const grant of this.grants) {
      if (grant.status !== 'pending' && grant.status !== 'active') continue;
      if (grant.until === this.today) {
        grant.status = 'expired';
        grant.proof = undefined;
      } else if (typeof grant.proof === 'object' && grant.proof.due === this.today) {
        this.#revoke(grant, this.today);
      }
    }
  }

  #grant({ type, from = this.today, until }: Extract<Step, { kind: 'grant' }>): boolean {
    const { evidence, ...rules } = types[type] as (typeof types)[number];
    const byDefault = 'duration' in rules ? from + rules.duration : never;
    const end = until === undefined ? byDefault : (until ?? never);
    if (end <= this.today || end <= from) return false;
    if (this.grants.some((one) => one.type === type && (one.status === 'pending' || one.status === 'active')))
      return false;
    const status = evidence === 'before' ? 'pending' : 'active';
    const proof = 'deadline' in rules ? { due: this.today + rules.deadline } : undefined;
    this.grants.push({ type, from, until: end, status, wasActive: status === 'active', since: 0, proof, end: never });
    return true;
  }

  #change(grant: Grant, step: Extract<Step, { kind: 'change' }>): boolean {
    const from = step.from ?? grant.from;
    const until = step.until === undefined ? grant.until : (step.until ?? never);
    if (from === grant.from && until === grant.until) return true;
    if (until <= this.today || until <= from) return false;
    // The days on which it counted stay as they were.
    if (grant.status === 'active' && grant.from <= this.today && from > grant.from) return false;
    Object.assign(grant, { from, until });
    return true;
  }

  #revoke(grant: Grant, end: number): void {
    Object.assign(grant, { status: 'revoked', end, proof: undefined });
  }
}

function sheet({ from, until, status, wasActive, since, proof, end }: Grant): Cell[] {
  const cells = new Array<Cell>(horizon).fill('.');
  for (let day = Math.max(from, 0); day < horizon && day < until && day < end; day += 1) {
    if (status === 'pending') cells[day] = 'P';
    else if (wasActive && day >= since) cells[day] = typeof proof === 'object' && day >= proof.due ? 'O' : 'V';
  }
  return cells;
}
