import { Type } from 'typebox';
import type { AccessPass as HeldPass } from '#domain/access-pass.ts';
import type { Actor } from '#domain/actor.ts';
import { answering } from '#http/answering.ts';
import { unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { assignPass } from '#operations/access-passes/assign.ts';
import { changePass, replacePass, retirePass } from '#operations/access-passes/change.ts';
import { listPasses, readPass } from '#operations/access-passes/read.ts';
import type { ItemResult } from '#operations/holdings/edit-item.ts';
import { identifierParam } from './account-routes.ts';
import { editOf } from './catalogue-pages.ts';
import { accountMatch } from './conditions.ts';
import { ReasonRequired } from './entitlement-schema.ts';
import { idempotencyHeader, ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { accountPath, heldAnswer } from './held-answers.ts';
import { cut, heldQuery, historyParameter } from './held-pages.ts';
import { renderPass } from './held-render.ts';
import { AccessPass, AccessPassList, AccessPassPatch, NewAccessPass, PassReplacement } from './pass-schema.ts';
import { readResponses, writeResponses } from './responses.ts';

const tag = 'Access passes';
const path = '/accounts/:identifier/access-passes';
const params = Type.Object({
  ...identifierParam.properties,
  id: Type.String({ description: 'id of the pass' }),
});

/** The passes of an account. */
export const passRoutes: Route[] = [
  {
    method: 'GET',
    path,
    operationId: 'listAccessPasses',
    summary: "List an account's passes, newest first",
    description: 'Without `history` the active ones.',
    tag,
    scope: 'passes:read',
    params: identifierParam,
    query: heldQuery({ history: historyParameter('true: retired ones too') }),
    headers: ifNoneMatchHeader,
    responses: readResponses(AccessPassList),
    handler: async (call) => {
      const { store, actor, query } = call;
      const identifier = call.params.identifier as string;
      const { document, passes } = await listPasses(store, actor, identifier, { history: query.history === true });
      const here = accountPath(identifier, 'access-passes');
      const render = (pass: HeldPass) => renderPass(pass, actor.organisation);
      const body = cut(call, here, passes, ({ assignedAt, id }) => `${assignedAt} ${id}`, render, 'falling');
      return unlessKnown(call, heldAnswer(actor, document.account, body));
    },
  },
  {
    method: 'POST',
    path,
    operationId: 'assignAccessPass',
    summary: 'Assign a pass to an account',
    description:
      'A text that is reserved, or that was retired from this account, comes into use. Without `text` the pass gets the next number of its namespace.',
    tag,
    scope: 'passes:write',
    params: identifierParam,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: NewAccessPass,
    responses: writeResponses(AccessPass, [201], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const identifier = call.params.identifier as string;
      const ifMatch = accountMatch(call, identifier);
      return answering(call, created(actor, identifier), (keep) =>
        assignPass(store, actor, identifier, body, { ifMatch, keep }),
      );
    },
  },
  {
    method: 'GET',
    path: `${path}/:id`,
    operationId: 'readAccessPass',
    summary: 'Read a pass, active or retired',
    tag,
    scope: 'passes:read',
    params,
    headers: ifNoneMatchHeader,
    responses: readResponses(AccessPass),
    handler: async (call) => {
      const { identifier, id } = call.params as { identifier: string; id: string };
      const { document, pass } = await readPass(call.store, call.actor, identifier, id);
      return unlessKnown(call, heldAnswer(call.actor, document.account, renderPass(pass, call.actor.organisation)));
    },
  },
  {
    method: 'PATCH',
    path: `${path}/:id`,
    operationId: 'changeAccessPass',
    summary: 'Change how an active pass is shown, by JSON Merge Patch',
    description: 'Its text never changes: that is another pass.',
    tag,
    scope: 'passes:write',
    params,
    headers: ifMatchHeader,
    body: AccessPassPatch,
    consumes: mergePatchTypes,
    responses: writeResponses(AccessPass, [200], 412, 415),
    handler: async (call) => {
      const target = call.params as { identifier: string; id: string };
      const writing = { ifMatch: accountMatch(call, target.identifier) };
      return changed(call.actor)(await changePass(call.store, call.actor, target, editOf(call.body), writing));
    },
  },
  {
    method: 'POST',
    path: `${path}/:id/retire`,
    operationId: 'retireAccessPass',
    summary: 'Take a pass out of use',
    description:
      'Its text stays the account’s until it is released. A pass that was retired before stays as it is: the request can be repeated.',
    tag,
    scope: 'passes:write',
    params,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: ReasonRequired,
    responses: writeResponses(AccessPass, [200], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const target = call.params as { identifier: string; id: string };
      const ifMatch = accountMatch(call, target.identifier);
      return answering(call, changed(actor), (keep) =>
        retirePass(store, actor, target, body.reason, { ifMatch, keep }),
      );
    },
  },
  {
    method: 'POST',
    path: `${path}/:id/replace`,
    operationId: 'replaceAccessPass',
    summary: 'Put another pass in the place of a lost one',
    description: 'Retires the one and assigns the other, or neither. Answers with the new one.',
    tag,
    scope: 'passes:write',
    params,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: PassReplacement,
    responses: writeResponses(AccessPass, [201], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const target = call.params as { identifier: string; id: string };
      const ifMatch = accountMatch(call, target.identifier);
      return answering(call, created(actor, target.identifier), (keep) =>
        replacePass(store, actor, target, body, { ifMatch, keep }),
      );
    },
  },
];

function created(actor: Actor, identifier: string) {
  return ({ account, item }: ItemResult<HeldPass>) =>
    heldAnswer(actor, account, renderPass(item, actor.organisation), accountPath(identifier, 'access-passes', item.id));
}

function changed(actor: Actor) {
  return ({ account, item }: ItemResult<HeldPass>) => heldAnswer(actor, account, renderPass(item, actor.organisation));
}
