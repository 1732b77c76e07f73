import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** How long the end of a pool waits for what is under way. Milliseconds. */
const patience = 3_000;

/**
 * Knows since when each connection of a pool has said nothing. A server that was cut off, or froze, ends no connection: that it is gone
 * shows only by waiting. What was learned by waiting on one connection counts for all others that have been silent for as long, so that
 * nobody has to learn it again.
 */
export class Silence {
  /** When each was last given back after use without an error, or was opened. */
  readonly #heard = new Map<pg.PoolClient, number>();
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    pool.on('connect', (client) => this.#heard.set(client, performance.now()));
    pool.on('release', (error, client) => {
      if (!error && this.#heard.has(client)) this.#heard.set(client, performance.now());
    });
    pool.on('remove', (client) => this.#heard.delete(client));
  }

  /**
   * Cuts off all connections that have not been heard of since an instant of performance.now(), or simply all; queries that wait on them
   * fail. Resolves when the pool has them no more.
   */
  async cutOff(since: number = Number.POSITIVE_INFINITY): Promise<void> {
    const closed: Promise<unknown>[] = [];
    for (const [client, heard] of this.#heard) {
      const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
      if (heard >= since || stream.destroyed) continue;
      closed.push(new Promise((resolve) => stream.once('close', resolve)));
      stream.destroy();
    }
    await Promise.all(closed);
  }

  /** Closes the pool. What is under way has three seconds to end, then it is cut off. */
  async end(): Promise<void> {
    const ended = this.#pool.end().then(() => true);
    // One that is still being opened is not waited for: that has a limit of its own.
    if (!(await Promise.race([ended, sleep(patience, false, { ref: false })]))) await this.cutOff();
  }
}

/** Whether the driver gave up waiting for an answer (query_timeout); it has no code for that. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
