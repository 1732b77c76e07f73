import { setImmediate } from 'node:timers/promises';

/** Collects what comes while a piece of work is under way, and hands it over together: one round trip for many. */
export class Batcher<T> {
  readonly #work: (items: T[]) => Promise<void>;
  #waiting: T[] = [];
  /** The turn that has not begun yet. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param work handles what has come together */
  constructor(work: (items: T[]) => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when the item was worked on; rejects when the work that it was part of failed. */
  add(item: T): Promise<void> {
    this.#waiting.push(item);
    this.#next ??= this.#last = this.#turn(this.#last);
    return this.#next;
  }

  async #turn(before: Promise<void>): Promise<void> {
    await before.catch(() => {}); // told to those whose items were in it
    await setImmediate();
    this.#next = undefined;
    await this.#work(this.#waiting.splice(0));
  }
}
