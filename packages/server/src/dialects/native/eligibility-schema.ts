import { Type } from 'typebox';
import { OutstandingAction } from './action-schema.ts';
import { Entitlement } from './entitlement-schema.ts';
import { oneOf } from './one-of.ts';
import { AccessPass, PassKey } from './pass-schema.ts';
import { closed, Day, Instant, stored } from './schema-parts.ts';

const standing = {
  mayBook: Type.Boolean({
    description: 'whether it may book at all, now: false while an action blocks it, or its customer is deactivated',
  }),
  blockingActions: Type.Array(OutstandingAction, { description: 'open actions that block booking' }),
};

/** The person or organisation at the gate: enough to look into a face, no more. */
const GateAccount = Type.Object(
  {
    identifier: stored,
    customerNumber: Type.Integer(),
    customerType: oneOf(['Person', 'Organization']),
    givenName: Type.Optional(stored),
    familyName: Type.Optional(stored),
    name: Type.Optional(stored),
    status: oneOf(['active', 'passive'], 'passive: the customer is deactivated'),
    ...standing,
    entitlement: Type.Array(Entitlement, { description: 'those valid today, of hidden types too' }),
  },
  { ...closed, title: 'GateAccount' },
);

export const ScannedPass = Type.Object(
  {
    namespace: stored,
    text: stored,
    state: oneOf(
      ['active', 'retired', 'reserved'],
      'only an active pass opens doors; a retired one still says whose it was, a reserved one is nobody’s yet',
    ),
    pass: Type.Optional(AccessPass),
    reservedAt: Type.Optional(Instant),
    reservedBy: Type.Optional(stored),
    account: Type.Optional(GateAccount),
  },
  { ...closed, title: 'ScannedPass' },
);

export const reasonCodes = [
  'unknown-type',
  'not-held',
  'not-yet-valid',
  'ended',
  'revoked',
  'pending-evidence',
  'evidence-due',
  'pass-retired',
  'pass-reserved',
  'passive-customer',
  'blocking-action',
] as const;

const EligibilityReason = Type.Object(
  {
    code: oneOf(reasonCodes),
    message: Type.String({ description: 'the same as a sentence' }),
    entitlementType: Type.Optional(Type.String({ description: 'the type that it is about' })),
    on: Type.Optional(
      Type.String({
        format: 'date',
        description:
          'the date that decides: when it begins; the first day on which it is not valid any more; by when proof is due',
      }),
    ),
    entitlementId: Type.Optional(stored),
  },
  { ...closed, title: 'EligibilityReason' },
);

const answerMembers = {
  eligible: Type.Boolean({ description: 'whether the offer is open to the account on the day' }),
  ...standing,
  at: Day,
  identifier: Type.Optional(Type.String({ description: 'of the account; absent for a reserved pass' })),
  matched: Type.Array(Entitlement, {
    description: 'the entitlements that open the offer; none when it lists no types',
  }),
  reasons: Type.Array(EligibilityReason, { description: 'why eligible or mayBook is false; empty when both are true' }),
};

export const Eligibility = Type.Object(answerMembers, {
  ...closed,
  title: 'Eligibility',
  description:
    '`eligible` is about the offer and the day, `mayBook` about the account and now: both must be true to book.',
});

const EligibilityError = Type.Object(
  {
    error: Type.Object(
      { code: oneOf(['not-found', 'erased']), detail: stored },
      { ...closed, title: 'EligibilityErrorCode' },
    ),
  },
  { ...closed, title: 'EligibilityError', description: 'There is no such account or pass' },
);

export const EligibilityAnswers = Type.Object(
  { items: Type.Array(Type.Union([Eligibility, EligibilityError]), { description: 'in the order asked' }) },
  { ...closed, title: 'EligibilityAnswers' },
);

/** How many questions one request can ask. */
export const maxQuestions = 100;

const offeredTypes = Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), {
  maxItems: 100,
  description:
    'URIs of the types that the offer lists (`eligibleEntitlementType`); one that is held is enough. None: open to all',
});

const at = Type.String({ format: 'date', description: 'the day of use; default today' });

export const eligibilityQuery = Type.Object(
  { entitlementType: Type.Optional(offeredTypes), at: Type.Optional(at) },
  closed,
);

export const EligibilityQuestions = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          identifier: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
          accessPass: Type.Optional(PassKey),
          entitlementType: Type.Optional(offeredTypes),
          at: Type.Optional(at),
        },
        { ...closed, title: 'EligibilityQuestion', description: 'Exactly one of identifier and accessPass.' },
      ),
      { minItems: 1, maxItems: maxQuestions },
    ),
  },
  { ...closed, title: 'EligibilityQuestions' },
);
