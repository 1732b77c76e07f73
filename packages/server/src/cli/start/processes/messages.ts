import type { Worker } from 'node:cluster';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import type { Config } from '#config';

/** The metrics of a process. */
export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** What a serving process needs to know. */
export type Task = {
  config: Config;
  connection: pg.ClientConfig;
  /** Connections to the database that it may open. */
  maxConnections: number;
  port: number;
  /** What files of evidence and secrets of webhooks are encrypted with, where this server has it. */
  key: Buffer | undefined;
};

/** From the first process to a serving one. */
export type Order =
  | { kind: 'serve'; task: Task }
  /** Other processes committed changes of these organisations. */
  | { kind: 'committed'; organisations: number[] }
  /** Say what your metrics are now. */
  | { kind: 'count'; round: number }
  /** What to answer the scrape with that was told of; absent: it could not be found out. */
  | { kind: 'metrics'; text?: string }
  /** End. The channel goes on until the last connection is closed. */
  | { kind: 'stop' };

/** From a serving process to the first one. */
export type Report =
  | { kind: 'ready' }
  /** It will end, and why. */
  | { kind: 'failed'; sentence: string }
  | { kind: 'committed'; organisations: number[] }
  | { kind: 'counted'; round: number; figures: Figures }
  /** Somebody scrapes here. */
  | { kind: 'scraped' };

/** Sends an order. One that is just ending gets nothing; its end is heard of anyway. */
export function order(worker: Worker, message: Order): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
