/** Lets callers with the same key go one after the other, within this process. The database guards what crosses processes. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when its turn comes; `waited` tells whether somebody else went first, so that what was read before may be stale. */
  async take<T>(key: string, work: (waited: boolean) => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = (before ?? Promise.resolve()).then(() => work(before !== undefined));
    const settled = mine.catch(() => undefined);
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
