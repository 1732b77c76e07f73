import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from '../installation/tenant.ts';
import { ask } from './ask.ts';
import type { Fleet } from './fleet.ts';

/** How often requests had to be repeated, because nobody answered or a server said "later"; and what was wrong. */
export type Effort = { lost: number; refused: number; faults: string[] };

export type Wish = {
  method: string;
  path: string;
  body?: object;
  /** Statuses that are good. */
  expected: readonly number[];
};

/** Answers after which the same request is sent again. */
const later = [409, 429, 503];
const pause = 50;
/** How often a request may be put off: nobody else sends it, and the database is never away. */
const patience = 200;

/**
 * Sends a request until it is answered, each time to any server: sent again with the same Idempotency-Key, or by its nature, it has
 * no second effect.
 *
 * @throws Error when a server answers what is not expected; the signal's reason
 */
export async function persist(
  { fleet, tenant, signal, effort }: { fleet: Fleet; tenant: Tenant; signal: AbortSignal; effort: Effort },
  { method, path, body, expected }: Wish,
): Promise<{ status: number; body: unknown }> {
  const headers = {
    authorization: `Bearer ${tenant.key}`,
    ...(body && { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
    ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
  };
  const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  for (let refused = 0; ; ) {
    const { name, url } = await fleet.server();
    const answer = await ask(`${url}${path}`, request, signal);
    if (answer === 'late') effort.faults.push(`${name} did not answer ${method} ${path}`);
    if (answer === 'late' || answer === 'lost') effort.lost += 1;
    else if (expected.includes(answer.status))
      return { status: answer.status, body: answer.text === '' ? undefined : JSON.parse(answer.text) };
    else if (later.includes(answer.status) && refused < patience) {
      effort.refused += 1;
      refused += 1;
    } else throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
    await sleep(pause);
  }
}
