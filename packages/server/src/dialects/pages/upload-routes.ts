import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isOpenRequest } from '#domain/evidence.ts';
import { Refusal, type RefusalReason } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { evidenceForm } from '#http/evidence-form.ts';
import type { ResponseSpec, Route } from '#http/route.ts';
import type { Upload } from '#http/upload.ts';
import { evidenceByLink, type LinkedEvidence } from '#operations/evidence/by-link.ts';
import { submitEvidence } from '#operations/evidence/submit.ts';
import { closedPage } from './closed-page.ts';
import { pageAnswer } from './page.ts';
import { faultSentences } from './upload-faults.ts';
import { type UploadView, uploadPage } from './upload-page.ts';

const path = '/evidence/u/:token';
const params = Type.Object({ token: Type.String() });

function pages(...statuses: number[]): Record<number, ResponseSpec> {
  return Object.fromEntries(statuses.map((status) => [status, { description: 'A page', contentType: 'text/html' }]));
}

/** Uploads under way, for the page that tells what was wrong with one. */
const underWay = new WeakMap<FastifyRequest, UnderWay>();
type UnderWay = { call: Call; linked: LinkedEvidence };

/** The page where a customer sends proof: a plain form, which works without any script. */
export const uploadRoutes: Route[] = [
  {
    method: 'GET',
    path,
    operationId: 'showUpload',
    summary: 'Show what proof is asked for, and take it',
    tag: 'Evidence',
    scope: null,
    params,
    query: Type.Object({ sent: Type.Optional(Type.String()) }),
    // Mail programs append parameters of their own.
    looseQuery: true,
    responses: pages(200, 400, 404, 410, 429, 500, 503),
    handler: async (call) => {
      const view = viewOf(call, await open(call));
      if (!isOpenRequest(view.evidence)) return pageAnswer(410, closedPage({ ...view, attempted: false }));
      return pageAnswer(200, uploadPage({ ...view, sent: call.query.sent !== undefined }));
    },
  },
  {
    method: 'POST',
    path,
    operationId: 'upload',
    summary: 'Take proof',
    tag: 'Evidence',
    scope: null,
    params,
    looseQuery: true,
    upload: {
      ...evidenceForm,
      admit: async (call) => {
        const linked = await open(call);
        underWay.set(call.request, { call, linked });
        const { state } = linked.evidence;
        if (!isOpenRequest(linked.evidence)) throw new Refusal({ kind: 'evidence-state', state });
      },
    },
    responses: {
      303: { description: 'Sent; the page says so' },
      ...pages(400, 404, 409, 410, 413, 415, 429, 500, 503),
    },
    handler: async (call) => {
      const { organisation, evidence } = (underWay.get(call.request) as UnderWay).linked;
      const { files, texts } = call.upload as Upload;
      const actor = { ...call.actor, organisation, name: 'customer' };
      const submission = { files, note: texts.note };
      await submitEvidence(call.store, actor, { evidenceId: evidence.id }, submission, call.evidence);
      // Reloading the page that follows sends nothing again.
      return { status: 303, headers: { Location: `${call.params.token}?sent=yes` } };
    },
  },
];

/** Whether a route's refusals are pages, too. */
export function isUploadRoute(route: Route | undefined): boolean {
  return route !== undefined && uploadRoutes.includes(route);
}

/**
 * A refused upload as the page it came from, with what was wrong; undefined when the request did not come so far, or nothing that the
 * customer did was wrong.
 */
export function refusedUpload(reason: RefusalReason, request: FastifyRequest, status: number): Answer | undefined {
  const upload = underWay.get(request);
  if (!upload) return undefined;
  const { call, linked } = upload;
  const view = viewOf(call, linked);
  if (reason.kind === 'evidence-state') {
    const evidence = { ...linked.evidence, state: reason.state };
    return pageAnswer(status, closedPage({ ...view, evidence, attempted: true }));
  }
  const { files = [], texts = {} } = call.upload ?? {};
  const faults = faultSentences(reason, { files, maxFileSize: call.evidence.maxFileSize });
  return faults && pageAnswer(status, uploadPage({ ...view, faults, note: texts.note }));
}

/** The link may name the organisation by itself, but not another one than the path does. */
function open({ store, params, request, actor }: Call): Promise<LinkedEvidence> {
  const { organisationSlug: slug } = request.params as { organisationSlug?: string };
  return evidenceByLink(store, { token: params.token as string, slug }, actor.now);
}

function viewOf({ params, evidence: settings, actor }: Call, linked: LinkedEvidence): UploadView {
  return { ...linked, token: params.token as string, settings, now: actor.now };
}
