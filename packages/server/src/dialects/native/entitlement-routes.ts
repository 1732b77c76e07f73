import { Type } from 'typebox';
import type { Actor } from '#domain/actor.ts';
import type { Entitlement as HeldEntitlement } from '#domain/entitlement.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { changeEntitlement, revokeEntitlement } from '#operations/entitlements/change.ts';
import { grantEntitlement } from '#operations/entitlements/grant.ts';
import {
  entitlementHistory,
  entitlementsOn,
  type EntitlementHistory as History,
  openEntitlements,
  readEntitlement,
} from '#operations/entitlements/read.ts';
import type { ItemResult } from '#operations/holdings/edit-item.ts';
import { identifierParam } from './account-routes.ts';
import { accountMatch } from './conditions.ts';
import {
  Entitlement,
  EntitlementList,
  EntitlementPatch,
  NewEntitlement,
  ReasonRequired,
} from './entitlement-schema.ts';
import { idempotencyHeader, ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { accountPath, heldAnswer } from './held-answers.ts';
import { cut, heldQuery, historyParameter } from './held-pages.ts';
import { renderEntitlement } from './held-render.ts';
import { readResponses, writeResponses } from './responses.ts';

const tag = 'Entitlements';
const path = '/accounts/:identifier/entitlements';
const params = Type.Object({
  ...identifierParam.properties,
  id: Type.String({ description: 'id of the entitlement' }),
});

export const entitlementRoutes: Route[] = [
  {
    method: 'GET',
    path,
    operationId: 'listEntitlements',
    summary: "List an account's entitlements, oldest grant first",
    description:
      'Without `at` and `history` the open ones: pending, valid today or in future. Of days before today, what is known of them today.',
    tag,
    scope: 'entitlements:read',
    params: identifierParam,
    query: heldQuery({
      at: Type.Optional(Type.String({ format: 'date', description: 'only those that are valid on this day' })),
      history: historyParameter('true: all there ever were, each with its `revisions`'),
    }),
    headers: ifNoneMatchHeader,
    responses: readResponses(EntitlementList),
    handler: async (call) => unlessKnown(call, await list(call)),
  },
  {
    method: 'POST',
    path,
    operationId: 'grantEntitlement',
    summary: 'Grant an entitlement',
    description:
      'Also of a hidden type, or from a later day. The evidence policy of the type applies: it is active at once, provisional until proved, or pending.',
    tag,
    scope: 'entitlements:write',
    ahead: true,
    params: identifierParam,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: NewEntitlement,
    verbatim: ['entitlementType'],
    responses: writeResponses(Entitlement, [201], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const identifier = call.params.identifier as string;
      const render = ({ account, item }: ItemResult<HeldEntitlement>) => {
        const location = accountPath(identifier, 'entitlements', item.id);
        return heldAnswer(actor, account, renderEntitlement(item, actor), location);
      };
      const ifMatch = accountMatch(call, identifier);
      return answering(call, render, (keep) => grantEntitlement(store, actor, identifier, body, { ifMatch, keep }));
    },
  },
  {
    method: 'GET',
    path: `${path}/:id`,
    operationId: 'readEntitlement',
    summary: 'Read an entitlement, open or over',
    tag,
    scope: 'entitlements:read',
    params,
    headers: ifNoneMatchHeader,
    responses: readResponses(Entitlement),
    handler: async (call) => {
      const { store, actor } = call;
      const { identifier, id } = call.params as { identifier: string; id: string };
      const { document, entitlement } = await readEntitlement(store, actor, identifier, id);
      return unlessKnown(call, heldAnswer(actor, document.account, renderEntitlement(entitlement, actor)));
    },
  },
  {
    method: 'PATCH',
    path: `${path}/:id`,
    operationId: 'changeEntitlement',
    summary: 'Change the days of an open entitlement by JSON Merge Patch',
    description: 'What it was stays in its history. To end it, revoke it.',
    tag,
    scope: 'entitlements:write',
    ahead: true,
    params,
    headers: ifMatchHeader,
    body: EntitlementPatch,
    consumes: mergePatchTypes,
    responses: writeResponses(Entitlement, [200], 412, 415),
    handler: async (call) => {
      const target = call.params as { identifier: string; id: string };
      const writing = { ifMatch: accountMatch(call, target.identifier) };
      return changed(call.actor)(await changeEntitlement(call.store, call.actor, target, call.body, writing));
    },
  },
  {
    method: 'POST',
    path: `${path}/:id/revoke`,
    operationId: 'revokeEntitlement',
    summary: 'Take an entitlement back, from today on',
    description: 'One that was revoked before stays as it is: the request can be repeated.',
    tag,
    scope: 'entitlements:write',
    params,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: ReasonRequired,
    responses: writeResponses(Entitlement, [200], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const target = call.params as { identifier: string; id: string };
      const ifMatch = accountMatch(call, target.identifier);
      return answering(call, changed(actor), (keep) =>
        revokeEntitlement(store, actor, target, body.reason, { ifMatch, keep }),
      );
    },
  },
];

function changed(actor: Actor) {
  return ({ account, item }: ItemResult<HeldEntitlement>) => heldAnswer(actor, account, renderEntitlement(item, actor));
}

async function list(call: Call): Promise<Answer> {
  const { store, actor, query } = call;
  const identifier = call.params.identifier as string;
  const here = accountPath(identifier, 'entitlements');
  if (query.history === true) {
    const { document, history } = await entitlementHistory(store, actor, identifier, query.at);
    const render = (one: History) => renderHistory(one, actor);
    return heldAnswer(
      actor,
      document.account,
      cut(call, here, history, ({ entitlement }) => entitlement.id, render),
    );
  }
  const { document, entitlements } =
    query.at === undefined
      ? await openEntitlements(store, actor, identifier)
      : await entitlementsOn(store, actor, identifier, query.at);
  const render = (one: HeldEntitlement) => renderEntitlement(one, actor);
  return heldAnswer(
    actor,
    document.account,
    cut(call, here, entitlements, ({ id }) => id, render),
  );
}

function renderHistory({ entitlement, revisions }: History, actor: Actor): object {
  return {
    ...renderEntitlement(entitlement, actor),
    revisions: revisions.map(({ revision, state, validFrom, validUntil, endedOn, reason, changedAt, changedBy }) => ({
      revision,
      state,
      validFrom,
      ...(validUntil === undefined ? {} : { validUntil }),
      ...(endedOn === undefined ? {} : { endedOn }),
      ...(reason === undefined ? {} : { reason }),
      changedAt,
      changedBy,
    })),
  };
}
