import { setTimeout as sleep } from 'node:timers/promises';
import { type Measured, titleOf, type Variant } from './variant.ts';

/** What the rounds showed, by the title of the variant: one entry for each round. */
export type Results = Map<string, Measured[]>;

/** Between two runs, so that what one leaves behind (records of reads, which are written within a second) is not the next one's. */
const usualPause = 1_000;

/** A run during which others took more than this share of the machine is done again, once. */
export const tolerated = 0.1;

/** Runs every variant once in each round, in another order each time. */
export async function runRounds(
  variants: readonly Variant[],
  { rounds, seconds, pause = usualPause }: { rounds: number; seconds: number; pause?: number },
  tell: (line: string) => void,
): Promise<Results> {
  const results: Results = new Map(variants.map((variant) => [titleOf(variant), []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of orderOf(variants, round, rounds)) {
      const measured = await quietly(variant, variant.brief ? Math.ceil(seconds / 2) : seconds, pause);
      results.get(titleOf(variant))?.push(measured);
      tell(`round ${round + 1} of ${rounds}: ${titleOf(variant)}: ${lineOf(measured)}`);
      await sleep(pause);
    }
  }
  return results;
}

/** The quieter of two runs, where the first was not quiet; what went wrong in either counts. */
async function quietly(variant: Variant, seconds: number, pause: number): Promise<Measured> {
  const first = await variant.run(seconds);
  if (first.elsewhere <= tolerated) return first;
  await sleep(pause);
  const second = await variant.run(seconds);
  const quieter = second.elsewhere < first.elsewhere ? second : first;
  return { ...quieter, errors: first.errors + second.errors, repeated: true };
}

/** Those that are compared with each other run close together: what the machine does besides changes from minute to minute. */
export function grouped<T extends { name: string }>(variants: readonly T[]): T[] {
  const kinds = [/\bcreate\b/, /\bpatch\b/, /\b(get|read|constant)\b/];
  const kind = ({ name }: T) => kinds.findIndex((pattern) => pattern.test(name));
  return variants.toSorted((one, other) => kind(one) - kind(other));
}

/** Begins elsewhere in each round, and every other one goes backwards: nobody always comes after the same. */
export function orderOf<T>(variants: readonly T[], round: number, rounds: number): T[] {
  const start = Math.floor((variants.length * round) / rounds);
  const order = [...variants.slice(start), ...variants.slice(0, start)];
  return round % 2 === 0 ? order : order.reverse();
}

export function lineOf({ perSecond, errors, p50, p99 }: Measured): string {
  const times = p99 === undefined ? '' : `, p50 ${p50?.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  return `${Math.round(perSecond)}/s${times}${errors > 0 ? `, ${errors} ERRORS` : ''}`;
}
