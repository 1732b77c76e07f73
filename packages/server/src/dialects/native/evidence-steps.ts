import type { Aggregate } from '#domain/account.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { ifMatch } from '#http/conditional.ts';
import { evidenceForm } from '#http/evidence-form.ts';
import type { Route } from '#http/route.ts';
import type { Upload } from '#http/upload.ts';
import type { EvidenceMatch, EvidenceResult } from '#operations/evidence/change.ts';
import { approveEvidence, rejectEvidence, withdrawEvidence } from '#operations/evidence/decide.ts';
import { submitEvidence } from '#operations/evidence/submit.ts';
import { accountIn, type Keep } from '#operations/write.ts';
import { stepAnswer } from './evidence-render.ts';
import { evidenceParams } from './evidence-routes.ts';
import { EvidenceDecision, EvidenceRejection, EvidenceRequest } from './evidence-schema.ts';
import { idempotencyHeader, ifMatchHeader } from './headers.ts';
import { nativeTags } from './render.ts';
import { writeResponses } from './responses.ts';

const tag = 'Evidence';
const headers = { ...ifMatchHeader, ...idempotencyHeader };
/** What is known of a request goes with its account, so there is no 410. */
const { 410: _, ...responses } = writeResponses(EvidenceRequest, [200], 412, 415, 422);

/** The steps of a request for proof (openactive.md 3.6). */
export const evidenceSteps: Route[] = [
  {
    method: 'POST',
    path: '/evidence-requests/:id/submissions',
    operationId: 'submitEvidence',
    summary: 'Send proof',
    description:
      'While it is asked for, and to add files until the decision. What a file is, its content decides; photos are written anew, without the place where they were taken.',
    tag,
    scope: 'evidence:write',
    params: evidenceParams,
    headers,
    upload: evidenceForm,
    responses: { ...responses, 413: { ...responses[413], description: 'A file, or all together, too large' } },
    handler: (call) => {
      const { files, texts } = call.upload as Upload;
      return take(call, ({ id, ...writing }) => {
        const target = { evidenceId: id, ifMatch: writing.ifMatch };
        const submission = { files, note: texts.note };
        return submitEvidence(call.store, call.actor, target, submission, call.evidence, writing.keep);
      });
    },
  },
  {
    method: 'POST',
    path: '/evidence-requests/:id/approve',
    operationId: 'approveEvidence',
    summary: 'The proof is good',
    description:
      'A pending entitlement becomes active, a provisional one is confirmed. Only what was submitted can be approved.',
    tag,
    scope: 'evidence:review',
    params: evidenceParams,
    headers,
    body: EvidenceDecision,
    bodyOptional: true,
    responses,
    handler: (call) =>
      take(call, ({ id, ...writing }) => {
        const options = { reason: call.body?.reason, settings: call.evidence, ...writing };
        return approveEvidence(call.store, call.actor, id, options);
      }),
  },
  {
    method: 'POST',
    path: '/evidence-requests/:id/reject',
    operationId: 'rejectEvidence',
    summary: 'The proof is not good',
    description: 'The entitlement is revoked. Only what was submitted can be rejected.',
    tag,
    scope: 'evidence:review',
    params: evidenceParams,
    headers,
    body: EvidenceRejection,
    responses,
    handler: (call) =>
      take(call, ({ id, ...writing }) => {
        const options = { reason: call.body.reason, settings: call.evidence, ...writing };
        return rejectEvidence(call.store, call.actor, id, options);
      }),
  },
  {
    method: 'POST',
    path: '/evidence-requests/:id/withdraw',
    operationId: 'withdrawEvidence',
    summary: 'Ask for the proof no more',
    description: 'A provisional entitlement is confirmed, a pending one is revoked. What was sent is deleted at once.',
    tag,
    scope: 'evidence:write',
    params: evidenceParams,
    headers,
    body: EvidenceDecision,
    bodyOptional: true,
    responses,
    handler: (call) =>
      take(call, ({ id, ...writing }) =>
        withdrawEvidence(call.store, call.actor, id, { reason: call.body?.reason, ...writing }),
      ),
  },
];

type Step = { id: string; ifMatch: EvidenceMatch; keep: Keep<EvidenceResult> };

/** Takes a step under the request's conditions, and answers with what it made of the request for proof. */
async function take(call: Call, step: (given: Step) => Promise<EvidenceResult>): Promise<Answer> {
  const given = { id: call.params.id as string, ifMatch: evidenceMatch(call) };
  return answering(call, stepAnswer(call.actor, 200), (keep) => step({ ...given, keep }));
}

/** If-Match against the tags of the request's account, which only the operation finds; undefined without the header. */
function evidenceMatch(call: Call): EvidenceMatch {
  type Present = { aggregate: Aggregate; identifier: string };
  const match = ifMatch<Present>(call, ({ aggregate, identifier }) =>
    nativeTags(accountIn(aggregate, identifier), call.actor),
  );
  return match && ((aggregate, identifier) => match({ aggregate, identifier }));
}
