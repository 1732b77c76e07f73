import { Unavailable } from './unavailable.ts';

type Waiting<V> = { resolve: (value: V | undefined) => void; reject: (error: unknown) => void };
type Group<V> = Map<string, Waiting<V>[]>;

/**
 * Turns many look-ups by key into few statements: callers of one event-loop turn, or those that arrive while the lane's
 * connections are busy, share one round trip. A batch holds exactly one organisation. No timer is involved: a lone caller waits
 * for nothing. Measured: 2.4 times the requests of unbatched reads at 64 connections (measured.md).
 */
export class Lane<V> {
  readonly #run: (organisationId: number, keys: string[]) => Promise<Map<string, V>>;
  readonly #width: number;
  readonly #maxBatch: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Map<number, Group<V>>();
  #inFlight = 0;
  #queued = 0;
  #scheduled = false;

  /** @param run answers a batch of distinct keys of one organisation; keys it does not return are "not there" */
  constructor(
    run: (organisationId: number, keys: string[]) => Promise<Map<string, V>>,
    limits: { width?: number; maxBatch?: number; maxWaiting?: number } = {},
  ) {
    this.#run = run;
    this.#width = limits.width ?? 2;
    this.#maxBatch = limits.maxBatch ?? 500;
    this.#maxWaiting = limits.maxWaiting ?? 20_000;
  }

  /** Looks one key up. Rejects with {@link Unavailable} when too many callers wait already, and with the batch's error. */
  get(organisationId: number, key: string): Promise<V | undefined> {
    if (this.#queued >= this.#maxWaiting)
      return Promise.reject(new Unavailable(new Error('too many reads are waiting')));
    return new Promise((resolve, reject) => {
      const group: Group<V> = this.#waiting.get(organisationId) ?? new Map();
      this.#waiting.set(organisationId, group);
      const callers = group.get(key) ?? [];
      callers.push({ resolve, reject });
      group.set(key, callers);
      this.#queued += 1;
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#width) return;
    this.#scheduled = true;
    atTheEndOfTheTurn(() => {
      this.#scheduled = false;
      while (this.#inFlight < this.#width && this.#waiting.size > 0) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const [organisationId, group] = this.#waiting.entries().next().value as [number, Group<V>];
    this.#waiting.delete(organisationId);
    const batch: Group<V> = new Map();
    for (const [key, callers] of group) {
      if (batch.size >= this.#maxBatch) break;
      batch.set(key, callers);
      group.delete(key);
    }
    // What did not fit goes to the back, so that one organisation cannot starve the others.
    if (group.size > 0) this.#waiting.set(organisationId, group);
    this.#inFlight += 1;
    try {
      const found = await this.#run(organisationId, [...batch.keys()]);
      for (const [key, callers] of batch) this.#settle(callers, (caller) => caller.resolve(found.get(key)));
    } catch (error) {
      for (const callers of batch.values()) this.#settle(callers, (caller) => caller.reject(error));
    } finally {
      this.#inFlight -= 1;
      this.#schedule();
    }
  }

  #settle(callers: Waiting<V>[], act: (caller: Waiting<V>) => void): void {
    this.#queued -= callers.length;
    for (const caller of callers) act(caller);
  }
}

let due: (() => void)[] = [];

/** All lanes begin at the same moment, so that their statements can go out together. */
function atTheEndOfTheTurn(begin: () => void): void {
  if (due.length === 0) setImmediate(beginAll);
  due.push(begin);
}

function beginAll(): void {
  const all = due;
  due = [];
  for (const begin of all) begin();
}
