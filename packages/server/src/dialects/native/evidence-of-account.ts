import { Type } from 'typebox';
import { answering } from '#http/answering.ts';
import type { Route } from '#http/route.ts';
import type { EvidenceFound } from '#operations/evidence/read.ts';
import { listEvidence } from '#operations/evidence/read.ts';
import { requestEvidence } from '#operations/evidence/request.ts';
import { identifierParam } from './account-routes.ts';
import { accountMatch } from './conditions.ts';
import { renderFound, stepAnswer } from './evidence-render.ts';
import { evidenceKey } from './evidence-routes.ts';
import { EvidenceRequest, EvidenceRequestList, NewEvidenceRequest } from './evidence-schema.ts';
import { idempotencyHeader, ifMatchHeader } from './headers.ts';
import { accountPath } from './held-answers.ts';
import { cut, heldQuery } from './held-pages.ts';
import { listResponses, writeResponses } from './responses.ts';

const tag = 'Evidence';

/** Requests for proof of one account. */
export const evidenceOfAccount: Route[] = [
  {
    method: 'GET',
    path: '/accounts/:identifier/evidence-requests',
    operationId: 'listEvidenceRequestsOfAccount',
    summary: 'List all proof that was asked of an account, newest first',
    tag,
    scope: 'evidence:read',
    params: identifierParam,
    query: heldQuery(),
    responses: listResponses(EvidenceRequestList, 410),
    handler: async (call) => {
      const { store, actor } = call;
      const identifier = call.params.identifier as string;
      const found = await listEvidence(store, actor, identifier);
      const render = (one: EvidenceFound) => renderFound(one, actor);
      const here = accountPath(identifier, 'evidence-requests');
      return { status: 200, body: cut(call, here, found, evidenceKey, render, 'falling') };
    },
  },
  {
    method: 'POST',
    path: '/accounts/:identifier/entitlements/:id/evidence-requests',
    operationId: 'requestEvidence',
    summary: 'Ask for proof of an open entitlement',
    description:
      'An active one is provisional until the proof is approved, and is revoked when it does not come in time.',
    tag,
    scope: 'evidence:write',
    params: Type.Object({
      ...identifierParam.properties,
      id: Type.String({ description: 'id of the entitlement' }),
    }),
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: NewEvidenceRequest,
    bodyOptional: true,
    responses: writeResponses(EvidenceRequest, [201], 412, 415, 422),
    handler: async (call) => {
      const { store, actor, body = {} } = call;
      const { identifier, id: entitlementId } = call.params as { identifier: string; id: string };
      const ifMatch = accountMatch(call, identifier);
      return answering(call, stepAnswer(actor, 201), (keep) =>
        requestEvidence(store, actor, { identifier, entitlementId }, body, { ifMatch, keep }),
      );
    },
  },
];
