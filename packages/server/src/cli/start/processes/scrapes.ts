import type { Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { type Figures, order } from './messages.ts';

/** How long a process may take to say what its metrics are. Milliseconds. */
const patience = 5_000;

/** Gathers the metrics of all processes for a scrape that one of them got. */
export class Scrapes {
  readonly #registry: Registry;
  readonly #serving: () => Worker[];
  readonly #awaited = new Map<Worker, (figures: Figures) => void>();
  #gathering: Promise<string> | undefined;
  #round = 0;

  /**
   * @param registry of this process
   * @param serving the other ones
   */
  constructor(registry: Registry, serving: () => Worker[]) {
    this.#registry = registry;
    this.#serving = serving;
  }

  /** The metrics of all processes in one, most of them as sums. Rejects when a process does not answer: a sum without it would be wrong. */
  text(): Promise<string> {
    this.#gathering ??= this.#gather().finally(() => {
      this.#gathering = undefined;
    });
    return this.#gathering;
  }

  /** Takes what a process said. */
  counted(worker: Worker, { round, figures }: { round: number; figures: Figures }): void {
    if (round === this.#round) this.#awaited.get(worker)?.(figures);
  }

  /** What a process that ended has counted is gone with it. */
  gone(worker: Worker): void {
    this.#awaited.get(worker)?.([]);
  }

  async #gather(): Promise<string> {
    this.#round += 1;
    const answers = this.#serving().map((worker) => this.#ask(worker));
    const own = this.#registry.getMetricsAsJSON();
    const late = sleep(patience, undefined, { ref: false });
    try {
      const all = await Promise.race([Promise.all([own, ...answers]), late]);
      if (!all) throw new Error(`not all processes answered within ${patience} ms`);
      return await AggregatorRegistry.aggregate(all).metrics();
    } finally {
      this.#awaited.clear();
    }
  }

  #ask(worker: Worker): Promise<Figures> {
    const { promise, resolve } = Promise.withResolvers<Figures>();
    this.#awaited.set(worker, resolve);
    order(worker, { kind: 'count', round: this.#round });
    return promise;
  }
}
