import { Unavailable } from './unavailable.ts';

type Waiting = { since: number; begin: () => void; reject: (error: unknown) => void };

/** As many may wait for one turn: a turn takes milliseconds, so whoever came after these would wait for seconds. */
const most = 1000;
/** Who waits longer than this, milliseconds, waits for a lock or for a database that does not answer. */
const patience = 1000;

/** Lets callers with the same key go one after the other, within this process. The database guards what crosses processes. */
export class Turns {
  /** Who waits, of the keys of which somebody has the turn. */
  readonly #waiting = new Map<string, Waiting[]>();

  /**
   * Runs `work` when its turn comes; `waited` tells whether somebody else went first, so that what was read before may be stale.
   *
   * @throws Unavailable when too many wait already, or when one before has waited for the database in vain, and this one for long too: the
   * last of many would else hear of it after minutes
   */
  async take<T>(key: string, work: (waited: boolean) => Promise<T>): Promise<T> {
    const before = this.#waiting.get(key);
    const waiting = before ?? [];
    if (waiting.length >= most) throw new Unavailable(new Error('too many writes of the same wait'));
    if (before) {
      const since = performance.now();
      await new Promise<void>((begin, reject) => before.push({ since, begin, reject }));
    } else this.#waiting.set(key, waiting);
    try {
      return await work(before !== undefined);
    } catch (error) {
      const late = performance.now() - patience;
      const inVain = error instanceof Unavailable ? waiting.findIndex(({ since }) => since > late) : 0;
      for (const one of waiting.splice(0, inVain < 0 ? waiting.length : inVain)) one.reject(error);
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next.begin();
      else this.#waiting.delete(key);
    }
  }
}
