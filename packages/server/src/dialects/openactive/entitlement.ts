import { Type } from 'typebox';
import type { Account } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { type Entitlement as Held, isProvisional } from '#domain/entitlement.ts';
import { typeUri } from '#domain/entitlement-list.ts';
import { listedOn } from '#domain/grant.ts';
import { Action } from './action.ts';
import { Concept, conceptView } from './concept.ts';
import { evidenceAction } from './evidence-action.ts';
import type { Profile } from './profile.ts';

const date = { format: 'date' } as const;

/** What the end of an entitlement means, wherever it stands. */
export const validUntilMeaning =
  "EXCLUSIVE: the first day on which it is no longer valid, in the organisation's time zone; the last valid day is the day before";

/** An entitlement inside an account that is shown. */
export const Entitlement = Type.Object(
  {
    '@type': Type.Literal('Entitlement'),
    validFrom: Type.String({ ...date, description: 'The first valid day' }),
    validUntil: Type.Optional(Type.String({ ...date, description: `${validUntilMeaning}. Absent: open-ended` })),
    'tessera:grantState': Type.Optional(
      Type.Union([Type.Literal('confirmed'), Type.Literal('provisional')], {
        description: 'provisional while proof is outstanding; extended profile only',
      }),
    ),
    entitlementType: Concept,
    evidenceRequestAction: Type.Optional(Action),
  },
  { additionalProperties: false, title: 'Entitlement' },
);

/**
 * The entitlements that are valid today and not hidden, nothing else (openactive.md 2.3, 3.1); by first day, then by concept.
 *
 * @param profile `feed`: the core profile without requests for proof, which lead to what is private
 */
export function entitlementViews(account: Account, actor: Actor, profile: Profile | 'feed'): object[] {
  const keyed = listedOn(account, todayOf(actor)).map((one) => ({
    key: `${one.validFrom} ${typeUri(actor.organisation.baseUrl, one.type)}`,
    one,
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => entitlementView(one, actor, profile));
}

function entitlementView(one: Held, actor: Actor, profile: Profile | 'feed'): object {
  return compact({
    '@type': 'Entitlement',
    validFrom: one.validFrom,
    validUntil: one.validUntil,
    ...(profile === 'extended' ? { 'tessera:grantState': isProvisional(one) ? 'provisional' : 'confirmed' } : {}),
    entitlementType: conceptView(actor.organisation, one.type),
    evidenceRequestAction: profile === 'feed' ? undefined : evidenceAction(one, actor, profile),
  });
}
