import { Type } from 'typebox';
import { actionKinds } from '#domain/outstanding-action.ts';
import { text } from '#http/text.ts';
import { reason } from './entitlement-schema.ts';
import { oneOf } from './one-of.ts';
import { closed, Instant, listOf, mergePatch, nullable, stored } from './schema-parts.ts';

export const OutstandingAction = Type.Object(
  {
    id: stored,
    kind: oneOf(actionKinds),
    state: oneOf(['open', 'completed', 'cancelled']),
    name: stored,
    description: Type.Optional(stored),
    deadline: Type.Optional(Type.String({ format: 'date-time', description: 'passing it changes nothing by itself' })),
    target: Type.Optional(Type.String({ format: 'uri' })),
    blocksBooking: Type.Boolean(),
    createdAt: Instant,
    createdBy: stored,
    endedAt: Type.Optional(Instant),
    endedBy: Type.Optional(stored),
    reason: Type.Optional(stored),
  },
  { ...closed, title: 'OutstandingAction' },
);

export const OutstandingActionList = listOf(OutstandingAction, 'OutstandingActionsOfAccount');

const actionMembers = {
  kind: oneOf(actionKinds),
  name: text(100, { description: 'short title, for the customer' }),
  description: text(1000, { description: 'what to do, for the customer' }),
  deadline: Type.String({
    format: 'date-time',
    description:
      'by when; a date: its beginning in the organisation’s time zone, as all ends are exclusive. Passing it changes nothing by itself',
  }),
  target: Type.String({
    maxLength: 2000,
    description: 'must be an https URL without &: page to which the customer is sent',
  }),
  blocksBooking: Type.Boolean({ description: 'whether the account may not book while it is open; default false' }),
};

const { kind, name, description, deadline, target, blocksBooking } = actionMembers;

export const NewAction = Type.Object(
  {
    kind,
    name,
    description: Type.Optional(description),
    deadline: Type.Optional(deadline),
    target: Type.Optional(target),
    blocksBooking: Type.Optional(blocksBooking),
  },
  { ...closed, title: 'NewOutstandingAction' },
);

export const ActionPatch = Type.Object(
  {
    kind: Type.Optional(kind),
    name: Type.Optional(name),
    description: Type.Optional(nullable(description)),
    deadline: Type.Optional(nullable(deadline)),
    target: Type.Optional(nullable(target)),
    blocksBooking: Type.Optional(blocksBooking),
  },
  { ...closed, title: 'OutstandingActionPatch', description: mergePatch },
);

export const Cancellation = Type.Object({ reason: Type.Optional(reason) }, { ...closed, title: 'Cancellation' });
