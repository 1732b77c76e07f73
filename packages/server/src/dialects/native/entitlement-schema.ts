import { Type } from 'typebox';
import { text } from '#http/text.ts';
import { oneOf } from './one-of.ts';
import { closed, Day, Instant, listOf, mergePatch, nullable, stored } from './schema-parts.ts';

export const EntitlementTypeRef = Type.Object(
  {
    id: Type.String({ format: 'uri', description: 'the concept’s URI' }),
    label: stored,
    list: Type.String({ description: 'slug of its list' }),
    hidden: Type.Boolean(),
  },
  { ...closed, title: 'EntitlementTypeRef' },
);

const EvidenceSummary = Type.Object(
  {
    id: stored,
    state: oneOf(['requested', 'submitted', 'approved', 'rejected', 'expired', 'withdrawn']),
    name: stored,
    description: Type.Optional(stored),
    requestedAt: Instant,
    requestedBy: stored,
    due: Type.Optional(
      Type.String({
        format: 'date',
        description: 'EXCLUSIVE: at the beginning of this day an unanswered request expires',
      }),
    ),
    submittedAt: Type.Optional(Instant),
    decidedAt: Type.Optional(Instant),
    decidedBy: Type.Optional(stored),
    reason: Type.Optional(stored),
  },
  { ...closed, title: 'EvidenceSummary', description: 'The newest request for proof' },
);

export const entitlementStates = ['pending', 'active', 'revoked', 'expired'] as const;

export const Entitlement = Type.Object(
  {
    id: stored,
    entitlementType: EntitlementTypeRef,
    state: oneOf(entitlementStates, 'pending: waits for proof; active: valid on its days; revoked and expired: over'),
    grantState: Type.Optional(
      oneOf(
        ['confirmed', 'provisional', 'pending'],
        'of an open one; provisional: valid, and ends unless the proof asked for comes',
      ),
    ),
    validFrom: Day,
    validUntil: Type.Optional(
      Type.String({
        format: 'date',
        description: 'EXCLUSIVE: the last valid day is the day before; absent: open-ended',
      }),
    ),
    validToday: Type.Boolean(),
    grantedAt: Instant,
    grantedBy: stored,
    endedOn: Type.Optional(
      Type.String({
        format: 'date',
        description: 'the first day on which it was not valid any more, because it was revoked',
      }),
    ),
    changedAt: Instant,
    changedBy: stored,
    reason: Type.Optional(stored),
    evidenceRequest: Type.Optional(EvidenceSummary),
  },
  {
    ...closed,
    title: 'Entitlement',
    description: "Valid on the days d with validFrom <= d < validUntil, in the organisation's time zone",
  },
);

const EntitlementRevision = Type.Object(
  {
    revision: Type.Integer(),
    state: oneOf(entitlementStates),
    validFrom: Day,
    validUntil: Type.Optional(Day),
    endedOn: Type.Optional(Day),
    reason: Type.Optional(stored),
    changedAt: Instant,
    changedBy: stored,
  },
  { ...closed, title: 'EntitlementRevision', description: 'A state that the entitlement was in' },
);

const ListedEntitlement = Type.Object(
  {
    ...Entitlement.properties,
    revisions: Type.Optional(
      Type.Array(EntitlementRevision, { description: 'with history=true: oldest first, the last one is the present' }),
    ),
  },
  { ...closed, title: 'ListedEntitlement', description: 'An Entitlement, with its history where that was asked for' },
);

export const EntitlementList = listOf(ListedEntitlement, 'EntitlementsOfAccount');

/** Why something is taken back or out of use. */
export const reason = text(200, { description: 'kept in the history' });

const endDay = nullable(Day, 'EXCLUSIVE: the last valid day is the day before; null: open-ended');

export const NewEntitlement = Type.Object(
  {
    entitlementType: Type.String({ minLength: 1, maxLength: 2000, description: 'must be the URI of an active type' }),
    validFrom: Type.Optional(Type.String({ format: 'date', description: 'default: today; may be later' })),
    validUntil: Type.Optional(
      nullable(Day, "EXCLUSIVE: the last valid day is the day before; default: the type's duration; null: open-ended"),
    ),
    reason: Type.Optional(reason),
  },
  { ...closed, title: 'NewEntitlement' },
);

export const EntitlementPatch = Type.Object(
  { validFrom: Type.Optional(Day), validUntil: Type.Optional(endDay), reason: Type.Optional(reason) },
  { ...closed, title: 'EntitlementPatch', description: mergePatch },
);

/** Why something is taken back or out of use. */
export const ReasonRequired = Type.Object({ reason }, { ...closed, title: 'Reason' });
