/** Days are counted from a fixed one; the histories begin on this day, so that there is a past to grant for. */
export const firstDay = 20;

/** The types of the histories, by index: evidence policy, days to send proof, default duration in days (absent: open-ended). */
export const types = [
  { evidence: 'none' },
  { evidence: 'before', deadline: 4 },
  { evidence: 'after', deadline: 6 },
  { evidence: 'none', duration: 14 },
] as const;

/** What happens in a history. `which` is the position of a grant among all that were made. */
export type Step =
  | { kind: 'pass-days'; days: number; job: boolean }
  | { kind: 'grant'; type: number; from?: number; until?: number | null }
  | { kind: 'change'; which: number; from?: number; until?: number | null }
  | { kind: 'revoke' | 'ask' | 'send' | 'approve' | 'reject' | 'withdraw'; which: number };

export type Random = () => number;

/** A reproducible source of numbers below 1 (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `least` to `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One more step on a day on which so many grants were made before. */
export function randomStep(random: Random, today: number, granted: number): Step {
  const dice = granted === 0 ? random() * 0.5 : random();
  if (dice < 0.25) return { kind: 'grant', type: between(random, 0, types.length - 1), ...randomDays(random, today) };
  if (dice < 0.5) return { kind: 'pass-days', days: between(random, 1, 7), job: random() < 0.5 };
  const which = between(random, 0, granted - 1);
  if (dice < 0.66) return { kind: 'change', which, ...randomDays(random, today) };
  const kinds = ['revoke', 'ask', 'send', 'send', 'approve', 'reject', 'withdraw'] as const;
  return { kind: kinds[between(random, 0, kinds.length - 1)] as 'revoke', which };
}

function randomDays(random: Random, today: number): { from?: number; until?: number | null } {
  const from = random() < 0.5 ? undefined : today + between(random, -15, 15);
  const dice = random();
  const until = dice < 0.35 ? undefined : dice < 0.45 ? null : (from ?? today) + between(random, -3, 20);
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
}
