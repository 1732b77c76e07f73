const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Milliseconds from one attempt to the next, as Standard Webhooks has them: ten in 75 h 35 min (imin.md 2.11). */
export const retryDelays: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Deliveries that failed together must not come again together: every delay is this much shorter or longer. */
const jitter = 0.2;

export type NextAttemptOptions = {
  /** Seconds that the receiver asked for; it is not asked again earlier. */
  retryAfter?: number | undefined;
  /** A number from 0 to below 1. */
  random?: () => number;
  /** Milliseconds from one attempt to the next. */
  delays?: readonly number[];
};

/**
 * When a delivery is to be attempted again.
 *
 * @param attemptsMade how often it was attempted, all without success; 0 is due at once
 * @param now when the last attempt ended
 * @returns undefined after the last attempt, which is the tenth unless `delays` says otherwise
 */
export function nextAttempt(
  attemptsMade: number,
  now: Date,
  { retryAfter = 0, random = Math.random, delays = retryDelays }: NextAttemptOptions = {},
): Date | undefined {
  if (attemptsMade === 0) return now;
  const delay = delays[attemptsMade - 1];
  if (delay === undefined) return undefined;
  const spread = delay * (1 - jitter + 2 * jitter * random());
  return new Date(now.getTime() + Math.round(Math.max(spread, retryAfter * second)));
}
