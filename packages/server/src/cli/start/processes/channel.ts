import cluster from 'node:cluster';
import type { Figures, Order, Report, Task } from './messages.ts';

/** A serving process's way to the first one, which gives it its task and tells it when to end. */
export class Channel {
  readonly task: Promise<Task>;
  /** Resolves when this process has to end: the first one has said so, or is gone. */
  readonly stopped: Promise<void>;
  #heard: (organisations: number[]) => void = () => {};
  #figures: () => Promise<Figures> = async () => [];
  #scrape: PromiseWithResolvers<string | undefined> | undefined;

  constructor() {
    const task = Promise.withResolvers<Task>();
    const stopped = Promise.withResolvers<void>();
    this.task = task.promise;
    this.stopped = stopped.promise;
    process.on('message', (order: Order) => {
      if (order.kind === 'serve') task.resolve(order.task);
      else if (order.kind === 'committed') this.#heard(order.organisations);
      else if (order.kind === 'count') void this.#count(order.round);
      else if (order.kind === 'metrics') this.#scraped(order.text);
      else stopped.resolve();
    });
    const ended = () => {
      stopped.resolve();
      this.#scraped(undefined);
    };
    if (process.connected) process.once('disconnect', ended);
    else ended();
    // Otherwise Node ends this process at once with the first one, amid requests.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  }

  /** Tells that this process serves. `heard` is called when others commit changes, `figures` when somebody scrapes. */
  ready(heard: (organisations: number[]) => void, figures: () => Promise<Figures>): void {
    this.#heard = heard;
    this.#figures = figures;
    void this.#report({ kind: 'ready' });
  }

  /** Tells the others that this process has committed changes of these organisations. */
  committed(organisations: number[]): void {
    void this.#report({ kind: 'committed', organisations });
  }

  /** The metrics of all processes, as text; undefined when they are not to be had. */
  async scrape(): Promise<string | undefined> {
    if (this.#scrape) return this.#scrape.promise;
    this.#scrape = Promise.withResolvers();
    const { promise } = this.#scrape;
    if (!(await this.#report({ kind: 'scraped' }))) this.#scraped(undefined);
    return promise;
  }

  /** Tells why this process is about to end; resolves when that is on its way. */
  async failed(sentence: string): Promise<void> {
    await this.#report({ kind: 'failed', sentence });
  }

  async #count(round: number): Promise<void> {
    await this.#report({ kind: 'counted', round, figures: await this.#figures() });
  }

  #scraped(text: string | undefined): void {
    this.#scrape?.resolve(text);
    this.#scrape = undefined;
  }

  /** False when the first process is gone; then this one ends anyway. */
  #report(report: Report): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (!process.connected) return Promise.resolve(false);
    process.send?.(report, undefined, {}, (error) => resolve(error === null));
    return promise;
  }
}
