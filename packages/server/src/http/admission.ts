import type { FastifyRequest } from 'fastify';
import { Refusal } from '#domain/refusal.ts';
import { authenticate, type Holder, likelyHolder } from '#operations/clients/authenticate.ts';
import { hasScope } from '#operations/clients/scopes.ts';
import type { Answer } from './answer.ts';
import { keyOf } from './credentials.ts';
import type { Limit } from './dialect.ts';
import type { Http } from './http.ts';
import type { Route } from './route.ts';
import type { Ahead, Entry } from './serve.ts';

/**
 * Lets a request in, for the holder of its key, or for anybody where the route is public. Where the route may be begun ahead, who held
 * the key a moment ago is let in while it is asked who holds it now: {@link runAhead} and {@link enterUnread} hear the answer.
 */
export async function admit(http: Http, request: FastifyRequest, entry: Entry): Promise<void> {
  const { route } = entry;
  assertUrl(http, request, entry);
  if (route.scope !== null) {
    const key = keyIn(request, entry);
    const asked = authenticate(http.store, key);
    const likely = route.ahead && begins(http, route, asked) ? likelyHolder(http.store, key) : undefined;
    return likely ? enterAhead(http, request, entry, likely, asked) : enter(http, request, entry, await asked);
  }
  const organisation = await http.store.organisations.find(slugIn(request));
  if (!organisation) throw new Refusal({ kind: 'unknown-route' });
  entry.organisation = organisation;
}

/**
 * Whether a hot route may begin before it is certain who asks. A write does so only when nobody else is waiting for that: with many under
 * way the same code costs a fifth less when it runs for all whose answer has come, one after the other, than for each as it arrives.
 */
function begins(http: Http, { method }: Route, asked: Promise<unknown>): boolean {
  const alone = http.asking === 0;
  http.asking += 1;
  const answered = () => {
    http.asking -= 1;
  };
  asked.then(answered, answered);
  return alone || method === 'GET';
}

async function enterAhead(
  http: Http,
  request: FastifyRequest,
  entry: Entry,
  likely: Holder,
  asked: Promise<Holder | undefined>,
): Promise<void> {
  const { quota } = entry;
  const admitted = asked.then(
    (holder) => holder === likely,
    () => false,
  );
  const enterAnew = async () => {
    for (const assumed of ['ahead', 'client', 'organisation', 'quota'] as const) delete entry[assumed];
    if (quota) entry.quota = quota;
    enter(http, request, entry, await asked);
  };
  try {
    enter(http, request, entry, likely);
    entry.ahead = { admitted, enterAnew };
  } catch (refusal) {
    if (await admitted) throw refusal; // it concerns nobody else
    await enterAnew();
  }
}

/**
 * Runs a request's handler for whoever held the key a moment ago, while it is asked who holds it now. Almost always they are the same; if
 * not, what was done is thrown away, and done for the one who does.
 */
export async function runAhead({ admitted, enterAnew }: Ahead, run: () => Promise<Answer>): Promise<Answer> {
  const begun = run();
  begun.catch(() => {}); // heard below, or of no interest
  if (await admitted) return begun;
  await enterAnew();
  return run();
}

/** Lets a request in whose body cannot be read, so that its handler never runs: what is wrong with the key is said first. */
export async function enterUnread({ entry }: FastifyRequest): Promise<void> {
  const ahead = entry?.ahead;
  if (ahead && !(await ahead.admitted)) await ahead.enterAnew();
}

/** What is judged before anybody is asked for a key. */
function assertUrl(http: Http, request: FastifyRequest, entry: Entry): void {
  const { dialect } = entry;
  if (dialect.urlLimit !== undefined && request.url.length > dialect.urlLimit)
    throw new Refusal({ kind: 'uri-too-long' });
  const address = dialect.addressLimit?.(request, http.config.addressLimits);
  if (address) limit(http, entry, address);
}

function keyIn(request: FastifyRequest, { dialect }: Entry): string {
  return keyOf(request.headers, dialect.credentials);
}

function slugIn(request: FastifyRequest): string | undefined {
  return (request.params as Record<string, string>).organisationSlug;
}

/** Throws Refusal `bad-credentials`, `rate-limit`, `unknown-route`, `scope`. */
function enter(http: Http, request: FastifyRequest, entry: Entry, holder: Holder | undefined): void {
  const { dialect, route } = entry;
  if (!holder) throw new Refusal({ kind: 'bad-credentials', message: 'The key is unknown, expired or revoked.' });
  const { client, organisation } = holder;
  entry.client = client;
  entry.organisation = organisation;
  limit(http, entry, dialect.clientLimit(request, client));
  const slug = slugIn(request);
  if (slug !== undefined && slug !== organisation.slug) throw new Refusal({ kind: 'unknown-route' });
  if (route.scope !== null && !hasScope(client, route.scope)) throw new Refusal({ kind: 'scope', scope: route.scope });
}

/** Counts a request against a limit. Throws Refusal `rate-limit`. */
export function limit(http: Http, entry: Entry, { key, policy, limit: most, window }: Limit): void {
  const quota = http.limiter.take(`${entry.dialect.name}:${policy}:${key}`, policy, most, window);
  entry.quota = quota;
  if (!quota.allowed) throw new Refusal({ kind: 'rate-limit', retryAfter: quota.reset, policy });
}
