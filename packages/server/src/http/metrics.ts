import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Store } from '#store/store.ts';
import { patternOf } from './request-log.ts';
import type { WaitingRoom } from './waiting-room.ts';

export type Metrics = {
  registry: Registry;
  requests: Histogram<'method' | 'route' | 'status'>;
  /** What a scrape is answered with: this registry, or, where several processes serve, all of theirs in one; undefined: not to be had. */
  text: () => Promise<string | undefined>;
};

/** The process's metrics, in a registry of their own so that several servers can live in one test process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'tessera_http_request_duration_seconds',
    help: 'Duration of HTTP requests, by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return { registry, requests, text: () => registry.metrics() };
}

/** Observes one response. The route's pattern, never the URL, becomes a label. */
export function countRequest(
  { requests }: Metrics,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
): void {
  const labels = {
    method: request.method,
    route: patternOf(request),
    status: String(status),
  };
  requests.observe(labels, reply.elapsedTime / 1000);
}

/** Shows how many requests wait or stream. */
export function countWaiting({ registry }: Metrics, room: WaitingRoom): void {
  new Gauge({
    name: 'tessera_http_waiting_requests',
    help: 'Requests that wait for changes or stream them',
    registers: [registry],
    collect() {
      this.set(room.size);
    },
  });
}

/** Shows whether the replica is read, where there is one. */
export function showReplica({ registry }: Metrics, { positioned }: Store): void {
  if (positioned.replicaInUse === undefined) return;
  new Gauge({
    name: 'tessera_replica_in_use',
    help: 'Processes that read feeds, history and exports from the replica',
    registers: [registry],
    collect() {
      this.set(positioned.replicaInUse ? 1 : 0);
    },
  });
}

/** Shows how the records of reads fare: what waits to be stored, what was, and what got lost. */
export function countReadRecords({ registry }: Metrics, { readRecords }: Store): void {
  const registers = [registry];
  const name = 'tessera_read_records';
  new Gauge({
    name: `${name}_waiting`,
    help: 'Reads of personal data whose record is not stored yet',
    registers,
    collect() {
      this.set(readRecords.counts.waiting);
    },
  });
  const totals = {
    stored: 'Reads of personal data that were recorded',
    lost: 'Reads of personal data that could not be recorded; each is in a gap that GET /v1/read-gaps shows',
  } as const;
  for (const [result, help] of Object.entries(totals)) {
    new Counter({
      name: `${name}_${result}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(readRecords.counts[result as keyof typeof totals]);
      },
    });
  }
}
