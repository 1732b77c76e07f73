import { Type } from 'typebox';
import type { EvidenceState } from '#domain/evidence.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { evidenceForm } from '#http/evidence-form.ts';
import type { Route } from '#http/route.ts';
import type { Upload } from '#http/upload.ts';
import type { EvidenceResult } from '#operations/evidence/change.ts';
import { assertShownEvidence, listShownEvidence, readShownEvidence } from '#operations/evidence/of-account.ts';
import { submitEvidence } from '#operations/evidence/submit.ts';
import { assertPage, collectionAnswer } from './collection.ts';
import { identifierOf } from './conditions.ts';
import { evidenceItem } from './evidence-view.ts';
import { EvidenceRequest } from './held-representation.ts';
import { EvidenceRequests } from './representation.ts';
import { errors } from './responses.ts';
import { accountParams, pageNumber } from './schema.ts';
import { accountUrl } from './urls.ts';

const tag = 'Evidence requests';
const itemParams = Type.Object({ ...accountParams.properties, evidenceId: Type.String() });
type ItemParams = { id: string; evidenceId: string };

const states = ['requested', 'submitted', 'approved', 'rejected', 'expired', 'withdrawn'] satisfies EvidenceState[];

/** Endpoints 9 and 10 of imin.md 2.3. */
export const evidenceRoutes: Route[] = [
  {
    method: 'GET',
    path: '/customer-accounts/:id/evidence-requests',
    operationId: 'listEvidenceRequests',
    summary: 'Proof that was asked for, newest first',
    tag,
    scope: 'openactive-customeraccount-query',
    params: accountParams,
    query: Type.Object(
      {
        state: Type.Optional(Type.Unsafe<EvidenceState>({ type: 'string', enum: states })),
        page: pageNumber,
      },
      { additionalProperties: false },
    ),
    responses: { 200: { description: 'One page', schema: EvidenceRequests }, ...errors(410) },
    handler: listEvidence,
  },
  {
    method: 'GET',
    path: '/customer-accounts/:id/evidence-requests/:evidenceId',
    operationId: 'readEvidenceRequest',
    summary: 'One request for proof',
    tag,
    scope: 'openactive-customeraccount-query',
    params: itemParams,
    responses: { 200: { description: 'The request', schema: EvidenceRequest }, ...errors(410) },
    handler: readEvidence,
  },
  {
    method: 'POST',
    path: '/customer-accounts/:id/evidence-requests/:evidenceId/submissions',
    operationId: 'submitEvidence',
    summary: 'Send proof',
    description: 'While it is asked for, and to add files until the decision. What a file is, its content decides.',
    tag,
    scope: 'openactive-customeraccount-modify',
    params: itemParams,
    upload: evidenceForm,
    responses: {
      200: { description: 'The request, submitted', schema: EvidenceRequest },
      ...errors(409, 410, 413, 415, 422),
    },
    handler: submit,
  },
];

async function listEvidence(call: Call): Promise<Answer> {
  const { store, actor, query } = call;
  const { state } = query as { state?: EvidenceState };
  const identifier = identifierOf(call);
  const admit = (count: number) => void assertPage(count, query.page);
  const items = await listShownEvidence(store, actor, identifier, { state, admit });
  const url = `${accountUrl(actor.organisation, identifier)}/evidence-requests`;
  return collectionAnswer(
    call,
    url,
    items.map((item) => evidenceItem(actor.organisation, identifier, item)),
  );
}

async function readEvidence({ store, actor, params }: Call): Promise<Answer> {
  const { id, evidenceId } = params as ItemParams;
  const found = await readShownEvidence(store, actor, id, evidenceId);
  return { status: 200, body: evidenceItem(actor.organisation, id, found) };
}

async function submit({ store, actor, params, upload, evidence: settings, keep }: Call): Promise<Answer> {
  const { id: identifier, evidenceId } = params as ItemParams;
  const { files, texts } = upload as Upload;
  // Of what is not shown here nothing is taken either.
  await assertShownEvidence(store, actor, identifier, evidenceId);
  const render = ({ evidence, entitlement: { type } }: EvidenceResult): Answer => ({
    status: 200,
    body: evidenceItem(actor.organisation, identifier, { evidence, type }),
  });
  const given = { files, note: texts.note };
  return render(await submitEvidence(store, actor, { identifier, evidenceId }, given, settings, keep(render)));
}
