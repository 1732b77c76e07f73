import { Type } from 'typebox';
import type { EvidenceState } from '#domain/evidence.ts';
import type { Call } from '#http/call.ts';
import { unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { type EvidenceFound, type EvidencePosition, listEvidenceIn, readEvidence } from '#operations/evidence/read.ts';
import { foundAnswer, renderFound } from './evidence-render.ts';
import { EvidenceRequest, EvidenceRequestList, evidenceStates } from './evidence-schema.ts';
import { ifNoneMatchHeader } from './headers.ts';
import { heldQuery, limitOf, pageBody, timedCursorOf, timedKey } from './held-pages.ts';
import { oneOf } from './one-of.ts';
import { listResponses, problemResponses } from './responses.ts';

const tag = 'Evidence';

/** A request for proof in a path. */
export const evidenceParams = Type.Object({ id: Type.String({ description: 'id of the request' }) });

/** Requests for proof of all accounts. */
export const evidenceRoutes: Route[] = [
  {
    method: 'GET',
    path: '/evidence-requests',
    operationId: 'listEvidenceRequests',
    summary: 'List requests for proof in a state, oldest first',
    description: 'Without `state` those that are submitted: the queue of the reviewers.',
    tag,
    scope: 'evidence:read',
    query: heldQuery({ state: Type.Optional(oneOf(evidenceStates)) }),
    responses: listResponses(EvidenceRequestList),
    handler: async (call) => {
      const { store, actor, query } = call;
      const state: EvidenceState = query.state ?? 'submitted';
      const asked = { state, after: positionOf(call), limit: limitOf(call) };
      const { found, next } = await listEvidenceIn(store, actor, asked);
      const items = found.map((one) => renderFound(one, actor));
      return { status: 200, body: pageBody(call, '/v1/evidence-requests', items, next && keyOf(next)) };
    },
  },
  {
    method: 'GET',
    path: '/evidence-requests/:id',
    operationId: 'readEvidenceRequest',
    summary: 'Read a request for proof, open or decided',
    tag,
    scope: 'evidence:read',
    params: evidenceParams,
    headers: ifNoneMatchHeader,
    responses: {
      200: { description: 'OK', schema: EvidenceRequest, contentType: 'application/json', headers: ['ETag'] },
      304: { description: 'Not modified' },
      ...problemResponses(),
    },
    handler: async (call) => {
      const { store, actor, params } = call;
      const found = await readEvidence(store, actor, params.id as string);
      return unlessKnown(call, foundAnswer(found, actor));
    },
  },
];

/** What lists of requests are in order of. */
export function keyOf({ requestedAt, id }: EvidencePosition): string {
  return timedKey({ at: requestedAt, id });
}

/** Where a request stands in such a list. */
export function evidenceKey({ evidence }: EvidenceFound): string {
  return keyOf(evidence);
}

function positionOf(call: Call): EvidencePosition | undefined {
  const position = timedCursorOf(call);
  return position && { requestedAt: position.at, id: position.id };
}
