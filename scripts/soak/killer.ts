import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../installation/program.ts';
import type { Fleet } from './fleet.ts';

/** How often a process is killed although it has just been started, or not even that. */
const hurry = 0.05;

export type Killer = {
  /** How often it has killed. */
  kills: () => number;
  /** Resolves when it kills no more, and all are up. */
  stop: () => Promise<void>;
};

/**
 * Kills one process after the other.
 *
 * @param every seconds from one to the next, on average. A process that has been up for less is mostly spared: on a slow machine
 * nothing would ever get done.
 * @param most kills in all
 */
export function startKilling(fleet: Fleet, every: number, most: number, signal: AbortSignal): Killer {
  const stopping = new AbortController();
  const over = AbortSignal.any([stopping.signal, signal]);
  let kills = 0;

  function victim(): Program | undefined {
    const longEnough = performance.now() - every * 1000;
    const candidates = fleet.all.filter(
      ({ readySince = Number.POSITIVE_INFINITY }) => readySince <= longEnough || Math.random() < hurry,
    );
    return candidates[Math.floor(Math.random() * candidates.length)];
  }

  const done = (async () => {
    while (kills < most) {
      await sleep(every * 1000 * (0.5 + Math.random()), undefined, { signal: over }).catch(() => {});
      if (over.aborted) return;
      const program = victim();
      if (!program) continue;
      await fleet.kill(program);
      kills += 1;
    }
  })();
  return {
    kills: () => kills,
    stop: async () => {
      stopping.abort();
      await done;
      await fleet.whole();
    },
  };
}
