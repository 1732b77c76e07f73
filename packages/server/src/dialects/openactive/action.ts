import { Type } from 'typebox';
import { compact } from '#domain/compact.ts';
import { shownInstant, shownPage, shownText } from './emission.ts';

const instant = Type.String({ format: 'date-time' });

const EntryPoint = Type.Object(
  {
    '@type': Type.Literal('EntryPoint'),
    urlTemplate: Type.String({ description: 'The page to which the customer is sent; nothing is to be filled in' }),
    httpMethod: Type.Literal('GET'),
    contentType: Type.Literal('text/html'),
  },
  { additionalProperties: false, title: 'EntryPoint' },
);

/** Something the customer is to do, inside an account that is shown. */
export const Action = Type.Object(
  {
    '@type': Type.Literal('Action'),
    additionalType: Type.Optional(
      Type.String({ format: 'uri', description: 'schema.org: Send-, Pay-, Update-, Agree- or RegisterAction' }),
    ),
    identifier: Type.String(),
    name: Type.Optional(Type.String({ minLength: 1 })),
    description: Type.Optional(Type.String({ minLength: 1 })),
    actionStatus: Type.String({
      format: 'uri',
      description: 'schema.org: Potential-, Active- or CompletedActionStatus',
    }),
    'tessera:evidenceState': Type.Optional(
      Type.String({ description: 'requested, submitted or approved; extended profile only' }),
    ),
    startTime: instant,
    endTime: Type.Optional(Type.String({ format: 'date-time', description: 'It must be done before this instant' })),
    'tessera:blocksBooking': Type.Optional(
      Type.Boolean({ description: 'Whether it prevents booking while it is open; extended profile only' }),
    ),
    target: Type.Optional(EntryPoint),
  },
  { additionalProperties: false, title: 'Action' },
);

export type ActionParts = {
  /** A type of schema.org, if one fits. */
  type: string | undefined;
  identifier: string;
  name: string;
  description: string | undefined;
  /** A status of schema.org. */
  status: string;
  startTime: string;
  endTime: string | undefined;
  'tessera:evidenceState'?: string;
  'tessera:blocksBooking'?: boolean;
  /** Where the customer is sent. */
  page: string | undefined;
};

const schema = 'https://schema.org/';

/** Action (openactive.md 2.8). `@type` never says more than that: OpenActive's validator fails its subtypes. */
export function actionView({ type, status, page, ...parts }: ActionParts): object {
  const urlTemplate = shownPage(page);
  return compact({
    '@type': 'Action',
    additionalType: type && `${schema}${type}`,
    identifier: parts.identifier,
    name: shownText(parts.name),
    description: shownText(parts.description),
    actionStatus: `${schema}${status}`,
    'tessera:evidenceState': parts['tessera:evidenceState'],
    startTime: shownInstant(parts.startTime),
    endTime: shownInstant(parts.endTime),
    'tessera:blocksBooking': parts['tessera:blocksBooking'],
    target: urlTemplate && { '@type': 'EntryPoint', urlTemplate, httpMethod: 'GET', contentType: 'text/html' },
  });
}
