import { Type } from 'typebox';
import type { ActionEdit, NewAction as Wanted } from '#domain/action-changes.ts';
import type { Actor } from '#domain/actor.ts';
import type { OutstandingAction as HeldAction } from '#domain/outstanding-action.ts';
import { isDate, parseInstant, startOfDay } from '#domain/time.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import type { ItemResult } from '#operations/holdings/edit-item.ts';
import { changeAction, createAction, endAction } from '#operations/outstanding-actions/change.ts';
import { listActions, readAction } from '#operations/outstanding-actions/read.ts';
import { identifierParam } from './account-routes.ts';
import { ActionPatch, Cancellation, NewAction, OutstandingAction, OutstandingActionList } from './action-schema.ts';
import { accountMatch } from './conditions.ts';
import { idempotencyHeader, ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { accountPath, heldAnswer } from './held-answers.ts';
import { cut, heldQuery, historyParameter } from './held-pages.ts';
import { renderAction } from './held-render.ts';
import { readResponses, writeResponses } from './responses.ts';

const tag = 'Outstanding actions';
const path = '/accounts/:identifier/outstanding-actions';
const params = Type.Object({
  ...identifierParam.properties,
  id: Type.String({ description: 'id of the action' }),
});

export const actionRoutes: Route[] = [
  {
    method: 'GET',
    path,
    operationId: 'listOutstandingActions',
    summary: 'List what the customer has to do, oldest first',
    description: 'Without `history` the open ones.',
    tag,
    scope: 'actions:read',
    params: identifierParam,
    query: heldQuery({ history: historyParameter('true: completed and cancelled ones too') }),
    headers: ifNoneMatchHeader,
    responses: readResponses(OutstandingActionList),
    handler: async (call) => {
      const { store, actor, query } = call;
      const identifier = call.params.identifier as string;
      const asked = { history: query.history === true };
      const { document, actions } = await listActions(store, actor, identifier, asked);
      const here = accountPath(identifier, 'outstanding-actions');
      return unlessKnown(call, heldAnswer(actor, document.account, cut(call, here, actions, keyOf, renderAction)));
    },
  },
  {
    method: 'POST',
    path,
    operationId: 'createOutstandingAction',
    summary: 'Give the customer something to do',
    tag,
    scope: 'actions:write',
    ahead: true,
    params: identifierParam,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: NewAction,
    responses: writeResponses(OutstandingAction, [201], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const identifier = call.params.identifier as string;
      const render = ({ account, item }: ItemResult<HeldAction>) =>
        heldAnswer(actor, account, renderAction(item), accountPath(identifier, 'outstanding-actions', item.id));
      const ifMatch = accountMatch(call, identifier);
      return answering(call, render, (keep) =>
        createAction(store, actor, identifier, inInstants(body, actor) as Wanted, { ifMatch, keep }),
      );
    },
  },
  {
    method: 'GET',
    path: `${path}/:id`,
    operationId: 'readOutstandingAction',
    summary: 'Read an action, open or over',
    tag,
    scope: 'actions:read',
    params,
    headers: ifNoneMatchHeader,
    responses: readResponses(OutstandingAction),
    handler: async (call) => {
      const { identifier, id } = call.params as { identifier: string; id: string };
      const { document, action } = await readAction(call.store, call.actor, identifier, id);
      return unlessKnown(call, heldAnswer(call.actor, document.account, renderAction(action)));
    },
  },
  {
    method: 'PATCH',
    path: `${path}/:id`,
    operationId: 'changeOutstandingAction',
    summary: 'Change an open action by JSON Merge Patch',
    tag,
    scope: 'actions:write',
    ahead: true,
    params,
    headers: ifMatchHeader,
    body: ActionPatch,
    consumes: mergePatchTypes,
    responses: writeResponses(OutstandingAction, [200], 412, 415),
    handler: async (call) => {
      const target = call.params as { identifier: string; id: string };
      const writing = { ifMatch: accountMatch(call, target.identifier) };
      const edit = inInstants(call.body, call.actor) as ActionEdit;
      return changed(call.actor)(await changeAction(call.store, call.actor, target, edit, writing));
    },
  },
  {
    method: 'POST',
    path: `${path}/:id/complete`,
    operationId: 'completeOutstandingAction',
    summary: 'The customer has done it',
    description: 'One that was completed before stays as it is: the request can be repeated.',
    tag,
    scope: 'actions:write',
    ahead: true,
    params,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    responses: writeResponses(OutstandingAction, [200], 412),
    handler: (call) => end(call, 'completed'),
  },
  {
    method: 'POST',
    path: `${path}/:id/cancel`,
    operationId: 'cancelOutstandingAction',
    summary: 'The customer need not do it any more',
    description: 'One that was cancelled before stays as it is: the request can be repeated.',
    tag,
    scope: 'actions:write',
    params,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: Cancellation,
    bodyOptional: true,
    responses: writeResponses(OutstandingAction, [200], 412, 415, 422),
    handler: (call) => end(call, 'cancelled'),
  },
];

const keyOf = ({ id }: HeldAction) => id;

function changed(actor: Actor) {
  return ({ account, item }: ItemResult<HeldAction>) => heldAnswer(actor, account, renderAction(item));
}

async function end(call: Call, state: 'completed' | 'cancelled'): Promise<Answer> {
  const { store, actor, body } = call;
  const target = call.params as { identifier: string; id: string };
  const ifMatch = accountMatch(call, target.identifier);
  return answering(call, changed(actor), (keep) =>
    endAction(store, actor, target, { state, reason: body?.reason }, { ifMatch, keep }),
  );
}

/** The members of a body: null removes, instants in the form in which Tessera keeps them. */
function inInstants(body: Record<string, unknown>, { organisation }: Actor): Record<string, unknown> {
  const instant = (text: string) => (isDate(text) ? startOfDay(organisation.timeZone, text) : parseInstant(text));
  return Object.fromEntries(
    Object.entries(body).map(([member, value]) => [
      member,
      member === 'deadline' && typeof value === 'string' ? instant(value)?.toISOString() : (value ?? undefined),
    ]),
  );
}
