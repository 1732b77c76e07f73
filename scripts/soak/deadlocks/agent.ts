import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../installation/tenant.ts';
import { ask } from '../ask.ts';
import type { Fleet } from '../fleet.ts';

/** What was asked and how it was answered, by method, kind of path and status. */
export type Tally = Map<string, number>;

// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes
export type Answer = { status: number; etag: string | undefined; body: any };

export type Wish = {
  body?: object;
  /** Instead of `body`: a form. */
  form?: FormData;
  /** Statuses that are good. */
  allowed: readonly number[];
  ifMatch?: string;
  idempotencyKey?: string;
};

/** Asks in the name of one organisation, each time any of the servers, and writes down what must not be. */
export type Agent = {
  /** Undefined: nobody knows what came of it; 503, or a fault that is written down. */
  ask: (method: string, path: string, wish: Wish) => Promise<Answer | undefined>;
  /** For what nobody else disturbs. Throws when it is not answered 200 or 201. */
  must: (method: string, path: string, body?: object) => Promise<Answer['body']>;
};

type Common = { fleet: Fleet; tally: Tally; fault: (fault: string) => void; over: AbortSignal };

export function createAgent(tenant: Tenant, { fleet, tally, fault, over }: Common): Agent {
  async function send(method: string, path: string, wish: Wish): Promise<Answer | undefined> {
    const { name, url } = await fleet.server();
    const { body, form, ifMatch, idempotencyKey = randomUUID() } = wish;
    const headers = {
      authorization: `Bearer ${tenant.key}`,
      'et-client-name': 'soak-deadlocks',
      ...(body && { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
      ...(method === 'POST' && { 'idempotency-key': idempotencyKey }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    const content = form ?? (body && JSON.stringify(body));
    const answer = await ask(`${url}${path}`, { method, headers, ...(content && { body: content }) }, over);
    const what = `${name}: ${method} ${path}`;
    if (typeof answer === 'string') {
      fault(`${what} was ${answer}`);
      return undefined;
    }
    count(tally, `${method} ${kindOf(path)} ${answer.status}`);
    const { status, text } = answer;
    if (status === 503) {
      if (!answer.headers.has('retry-after')) fault(`${what} was answered 503 without Retry-After`);
      return undefined;
    }
    if (!wish.allowed.includes(status)) {
      fault(`${what} ${JSON.stringify(body)} was answered ${status}: ${text}`);
      return undefined;
    }
    return { status, etag: answer.headers.get('etag') ?? undefined, body: text === '' ? undefined : JSON.parse(text) };
  }

  return {
    ask: send,
    must: async (method, path, body) => {
      const answer = await send(method, path, { allowed: [200, 201], ...(body && { body }) });
      if (!answer) throw new Error(`${method} ${path} was not done`);
      return answer.body;
    },
  };
}

export function count(tally: Tally, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}

/** The path without what differs from one to the next. */
function kindOf(path: string): string {
  const [place = ''] = path.split('?');
  return place.replace(/\/(hot-\d-\d+-\d|counter|HOT\d+|t\d|msg_\w+|\d+|[0-9a-f-]{36})(?=\/|$)/g, '/*');
}
