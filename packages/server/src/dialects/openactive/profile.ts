import { type Account, accountTag } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import type { Call } from '#http/call.ts';

/** How much is shown: OpenActive's own properties, or also those of ns-beta and of Tessera (openactive.md 1.3). */
export type Profile = 'core' | 'extended';

export const coreContext = 'https://openactive.io/';
export const betaContext = 'https://openactive.io/ns-beta';

/** Documented on every route that heeds it. */
export const preferHeader = { Prefer: '`profile=extended`: with the terms of ns-beta and of Tessera' };

/** URL of an organisation's own context, which defines the `tessera:` terms. */
export function ownContext({ baseUrl }: Organisation): string {
  return `${baseUrl}/openactive/ns`;
}

/** The `@context` of a document. */
export function contextOf(profile: Profile, organisation: Organisation): string | string[] {
  return profile === 'core' ? coreContext : [coreContext, betaContext, ownContext(organisation)];
}

/** The profile a request asks for, by `?profile=extended` or by `Prefer: profile=extended`. */
export function profileOf({ request, query }: Pick<Call, 'request' | 'query'>): Profile {
  return query.profile === 'extended' || prefersExtended(request.headers.prefer) ? 'extended' : 'core';
}

/** `Preference-Applied`, where a preference was stated and heeded (RFC 7240, 3). */
export function preferenceApplied({ request }: Pick<Call, 'request'>): Record<string, string> {
  return prefersExtended(request.headers.prefer) ? { 'Preference-Applied': 'profile=extended' } : {};
}

/** Other preferences are ignored; of one that is stated twice the first counts (RFC 7240, 2). */
function prefersExtended(prefer: string | string[] | undefined): boolean {
  const preferences = String(prefer ?? '')
    .split(',')
    .map((preference) => (preference.split(';')[0] as string).trim());
  const stated = preferences.find((preference) => /^profile\s*=/i.test(preference));
  return stated !== undefined && /^profile\s*=\s*("?)extended\1$/i.test(stated);
}

/** The entity tags of an account, one per profile (openactive.md 3.2). */
export function tagsOf(account: Account, actor: Actor): Record<Profile, string> {
  const core = accountTag(account, todayOf(actor));
  return { core, extended: `${core}-x` };
}
