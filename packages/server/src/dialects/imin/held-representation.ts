import { Type } from 'typebox';

/** Schemas of what an account holds. Objects are open: clients must tolerate members that come later (imin.md 1.3). */

const url = Type.String({ format: 'uri' });
const instant = Type.String({ format: 'date-time' });
const status = (...names: string[]) => Type.Union(names.map((name) => Type.Literal(`https://schema.org/${name}`)));

/** 2.1, 2.5.3 */
export const Barcode = Type.Object({ '@type': Type.Literal('Barcode'), text: Type.String() }, { title: 'Barcode' });

const Concept = Type.Object(
  { id: url, type: Type.Literal('Concept'), prefLabel: Type.String() },
  { title: 'EntitlementType' },
);

const evidenceMembers = {
  '@type': Type.Literal('Action'),
  '@id': url,
  identifier: Type.String(),
  additionalType: Type.Literal('https://schema.org/SendAction'),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  actionStatus: status('PotentialActionStatus', 'ActiveActionStatus', 'CompletedActionStatus', 'FailedActionStatus'),
  startTime: instant,
  endTime: Type.Optional(Type.String({ format: 'date-time', description: 'by when it must be sent' })),
  target: Type.Optional(Type.String({ format: 'uri', description: 'where the person sends it' })),
  'tessera:evidenceState': Type.Unsafe<string>({
    type: 'string',
    enum: ['requested', 'submitted', 'approved', 'rejected', 'expired', 'withdrawn'],
  }),
  'tessera:submittedAt': Type.Optional(instant),
  'tessera:decidedAt': Type.Optional(instant),
  'tessera:reason': Type.Optional(Type.String()),
};

/** 2.8, as part of an entitlement. */
const EvidenceRequestAction = Type.Object(evidenceMembers, { title: 'EvidenceRequestAction' });

/** 2.8, by itself. */
export const EvidenceRequest = Type.Object(
  {
    ...evidenceMembers,
    object: Type.Object(
      { '@type': Type.Literal('Entitlement'), entitlementType: Concept },
      { title: 'EvidencedEntitlement' },
    ),
  },
  { title: 'EvidenceRequest' },
);

const entitlementMembers = {
  '@type': Type.Literal('Entitlement'),
  entitlementType: Concept,
  evidenceRequestAction: Type.Optional(EvidenceRequestAction),
};

/** 2.1 */
export const Entitlement = Type.Object(
  {
    ...entitlementMembers,
    expires: Type.Optional(Type.String({ format: 'date-time', description: 'absent: open-ended' })),
  },
  { title: 'Entitlement' },
);

/** 2.5.2 */
export const CompletedEntitlementUpdate = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    '@type': Type.Literal('imin:EntitlementUpdateAction'),
    actionStatus: status('CompletedActionStatus', 'ActiveActionStatus'),
    object: Type.Object(
      {
        ...entitlementMembers,
        validUntil: Type.Optional(Type.String({ format: 'date-time', description: 'the effective end' })),
      },
      { title: 'UpdatedEntitlement' },
    ),
  },
  {
    title: 'CompletedEntitlementUpdateAction',
    description: 'ActiveActionStatus: it waits for proof, and the former entitlement stays until then.',
  },
);

/** 2.5.3 */
export const CompletedAccessPassUpdate = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    '@type': Type.Literal('imin:AccessPassUpdateAction'),
    object: Barcode,
  },
  { title: 'CompletedAccessPassUpdateAction' },
);
