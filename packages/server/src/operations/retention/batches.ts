import { setTimeout as sleep } from 'node:timers/promises';

export const day = 24 * 3_600_000;

/** One organisation is worked for so long; what is left is done the next time. */
const longest = 10_000;
/** Who writes waits while a batch holds the organisation's lock: it is held at most for one part in so many of the time. */
const share = 4;

/**
 * Repeats a batch until nothing is left to do, or for ten seconds. Rests after each one, so that others can write.
 *
 * @param size how much a batch does at most; one that does less is the last
 * @param work does a batch, and says how much it was
 * @returns how much was done
 */
export async function inBatches(size: number, work: () => Promise<number>): Promise<number> {
  const end = performance.now() + longest;
  for (let count = 0; ; ) {
    const began = performance.now();
    const done = await work();
    count += done;
    const now = performance.now();
    if (done < size || now > end) return count;
    await sleep((now - began) * (share - 1));
  }
}
