import type { FastifyRequest } from 'fastify';
import { Refusal } from '#domain/refusal.ts';
import { authenticate, type Holder, likelyHolder } from '#operations/clients/authenticate.ts';
import { hasScope } from '#operations/clients/scopes.ts';
import type { Answer } from './answer.ts';
import { keyOf } from './credentials.ts';
import type { Limit } from './dialect.ts';
import type { Http } from './http.ts';
import type { Entry } from './serve.ts';

/** Lets a request in: for the holder of its key, or for anybody where the route is public. */
export async function admit(http: Http, request: FastifyRequest, entry: Entry): Promise<void> {
  const { route } = entry;
  assertUrl(http, request, entry);
  if (route.scope !== null) return enter(http, request, entry, await authenticate(http.store, keyIn(request, entry)));
  const organisation = await http.store.organisations.find(slugIn(request));
  if (!organisation) throw new Refusal({ kind: 'unknown-route' });
  entry.organisation = organisation;
}

/**
 * Lets a request in and runs its handler for whoever held the key a moment ago, while it is asked who holds it now. Almost always they
 * are the same; if not, what was done is thrown away, and done for the one who does.
 */
export async function runAhead(
  http: Http,
  request: FastifyRequest,
  entry: Entry,
  run: () => Promise<Answer>,
): Promise<Answer> {
  assertUrl(http, request, entry);
  const key = keyIn(request, entry);
  const asked = authenticate(http.store, key);
  const likely = likelyHolder(http.store, key);
  const { quota } = entry;
  if (likely) {
    entry.admitted = asked.then(
      (holder) => holder === likely,
      () => false,
    );
    const begun = (async () => {
      enter(http, request, entry, likely);
      return run();
    })();
    begun.catch(() => {}); // heard below, or of no interest
    if ((await asked) === likely) return begun;
    for (const assumed of ['admitted', 'client', 'organisation', 'quota'] as const) delete entry[assumed];
    if (quota) entry.quota = quota;
  }
  enter(http, request, entry, await asked);
  return run();
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
