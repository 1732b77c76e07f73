import { Type } from 'typebox';
import type { EvidenceState } from '#domain/evidence.ts';
import { text } from '#http/text.ts';
import { EntitlementTypeRef, entitlementStates } from './entitlement-schema.ts';
import { oneOf } from './one-of.ts';
import { listOf } from './schema-parts.ts';

const closed = { additionalProperties: false } as const;
const stored = Type.String();
const Instant = Type.String({ format: 'date-time' });

export const evidenceStates = [
  'requested',
  'submitted',
  'approved',
  'rejected',
  'expired',
  'withdrawn',
] as const satisfies EvidenceState[];

const EvidenceFile = Type.Object(
  {
    id: stored,
    contentType: oneOf(['application/pdf', 'image/jpeg', 'image/png'], 'as it is kept: HEIC becomes JPEG'),
    size: Type.Integer({ description: 'bytes, as it is kept' }),
    uploadedAt: Instant,
    href: Type.Optional(Type.String({ format: 'uri', description: 'where it is downloaded, as long as it is kept' })),
  },
  { ...closed, title: 'EvidenceFile' },
);

const EvidencedEntitlement = Type.Object(
  {
    id: stored,
    entitlementType: EntitlementTypeRef,
    state: oneOf(entitlementStates),
    validFrom: Type.String({ format: 'date' }),
    validUntil: Type.Optional(Type.String({ format: 'date', description: 'EXCLUSIVE' })),
  },
  { ...closed, title: 'EvidencedEntitlement', description: 'What the proof is for, as it is today' },
);

export const EvidenceRequest = Type.Object(
  {
    id: stored,
    state: oneOf(
      evidenceStates,
      'requested: waits for the customer; submitted: waits for a reviewer; the others are final',
    ),
    account: Type.String({ description: 'identifier of the account' }),
    customerNumber: Type.Integer(),
    entitlement: EvidencedEntitlement,
    name: Type.String({ description: 'short title for the customer' }),
    description: Type.Optional(stored),
    requestedAt: Instant,
    requestedBy: stored,
    due: Type.Optional(
      Type.String({
        format: 'date',
        description: 'EXCLUSIVE: at the beginning of this day the request expires, unless something was submitted',
      }),
    ),
    deadline: Type.Optional(Type.String({ format: 'date-time', description: 'the instant at which that day begins' })),
    submittedAt: Type.Optional(Type.String({ format: 'date-time', description: 'when the newest files came' })),
    note: Type.Optional(Type.String({ description: 'what the customer wrote with the upload' })),
    files: Type.Array(EvidenceFile, { description: 'in the order in which they came' }),
    decidedAt: Type.Optional(Instant),
    decidedBy: Type.Optional(stored),
    reason: Type.Optional(Type.String({ description: 'of the decision' })),
    deleteFilesAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'from then on the files cannot be downloaded any more' }),
    ),
    target: Type.Optional(
      Type.String({
        format: 'uri',
        description:
          "while it is open: the page where the customer sends the proof, Tessera's or the organisation's own. Whoever has the address of Tessera's can upload: give it to the customer only",
      }),
    ),
  },
  { ...closed, title: 'EvidenceRequest' },
);
export const EvidenceRequestList = listOf(EvidenceRequest, 'EvidenceRequestList');

export const NewEvidenceRequest = Type.Object(
  {
    name: Type.Optional(text(100, { description: 'short title for the customer' })),
    description: Type.Optional(text(1000, { description: 'what to send, for the customer' })),
    deadlineDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3650, description: 'the request expires at the beginning of that day' }),
    ),
  },
  { ...closed, title: 'NewEvidenceRequest', description: "What is absent is as the entitlement type's settings say." },
);

const reason = text(1000);

export const EvidenceDecision = Type.Object(
  { reason: Type.Optional(reason) },
  { ...closed, title: 'EvidenceDecision' },
);

export const EvidenceRejection = Type.Object(
  { reason: text(1000, { description: 'why the proof is not accepted; the customer can read it' }) },
  { ...closed, title: 'EvidenceRejection' },
);
