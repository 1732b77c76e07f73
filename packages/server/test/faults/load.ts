import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** A create as it was sent, so that it can be sent again. */
export type Create = { idempotencyKey: string; email: string };

/** A create that the server said it had done. */
export type Acknowledged = Create & { identifier: string; text: string };

export type Load = {
  acknowledged: Acknowledged[];
  /** Answered with something else than 201. */
  refused: (Create & { status: number; retryAfter: string | null })[];
  /** Never answered: the connection ended. Nobody knows what became of them. */
  unanswered: Create[];
  stop: () => Promise<void>;
};

const width = 16;

/** Creates accounts as fast as the server answers, 16 at a time, until it is stopped or the test ends. */
export function startLoad(t: TestContext, url: string, key: string): Load {
  const load: Omit<Load, 'stop'> = { acknowledged: [], refused: [], unanswered: [] };
  let stopped = false;

  async function worker(): Promise<void> {
    while (!stopped) {
      const create = { idempotencyKey: randomUUID(), email: `${randomUUID()}@example.com` };
      try {
        const response = await send(url, key, create);
        const text = await response.text();
        if (response.status === 201) {
          load.acknowledged.push({ ...create, identifier: JSON.parse(text).identifier, text });
        } else {
          const { status, headers } = response;
          load.refused.push({ ...create, status, retryAfter: headers.get('retry-after') });
          await sleep(20);
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that failed
        load.unanswered.push(create);
        await sleep(20);
      }
    }
  }
  const workers = Array.from({ length: width }, worker);
  const stop = async () => {
    stopped = true;
    await Promise.all(workers);
  };
  t.after(stop);
  return Object.assign(load, { stop });
}

/** Sends a create; sending the same one again must have no second effect. */
export function send(url: string, key: string, { idempotencyKey, email }: Create): Promise<Response> {
  return fetch(`${url}/v1/accounts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify({ customer: { email, familyName: 'Sample' } }),
    signal: AbortSignal.timeout(30_000),
  });
}
