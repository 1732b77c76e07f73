import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import { type Evidence, isOpenRequest } from '#domain/evidence.ts';
import type { Organisation } from '#domain/organisation.ts';
import { startOfDay } from '#domain/time.ts';
import type { Answer } from '#http/answer.ts';
import type { EvidenceResult } from '#operations/evidence/change.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import type { EvidenceFound } from '#operations/evidence/read.ts';
import { heldAnswer } from './held-answers.ts';
import { renderType } from './held-render.ts';
import { nativeTag, withoutFilesTag } from './render.ts';

/** Path of a request for proof below the organisation's base URL, or of a part of it. */
export function evidencePath(id: string, ...steps: string[]): string {
  return ['/v1/evidence-requests', id, ...steps].join('/');
}

/** A request for proof as it was found. */
export function renderFound({ evidence, entitlement, document }: EvidenceFound, actor: Actor): object {
  return renderRequest(evidence, entitlement, document.account, actor);
}

/** The answer that shows it. */
export function foundAnswer({ document: { account }, ...found }: EvidenceFound, actor: Actor): Answer {
  return requestAnswer({ ...found, account }, actor);
}

/** What a step made of a request for proof; a new one has an address. */
export function stepAnswer(actor: Actor, status: 200 | 201) {
  return (result: EvidenceResult): Answer =>
    requestAnswer(result, actor, status === 201 ? evidencePath(result.evidence.id) : undefined);
}

type Shown = { evidence: Evidence; entitlement: Omit<Entitlement, 'evidence'>; account: Account };

function requestAnswer({ evidence, entitlement, account }: Shown, actor: Actor, location?: string): Answer {
  const tag = areFilesKept(evidence, actor) ? nativeTag(account, actor) : withoutFilesTag(account, actor);
  return heldAnswer(actor, account, renderRequest(evidence, entitlement, account, actor), location, tag);
}

/** Deleted is what was to be deleted by now, whether the job has come by or not. */
function areFilesKept({ deleteFilesAt }: Evidence, { now }: Actor): boolean {
  return deleteFilesAt === undefined || deleteFilesAt > now.toISOString();
}

function renderRequest(
  evidence: Evidence,
  entitlement: Omit<Entitlement, 'evidence'>,
  { identifier, customerNumber }: Account,
  actor: Actor,
): object {
  const { organisation } = actor;
  const { id, state, name, description, requestedAt, requestedBy, due, submittedAt, note } = evidence;
  const { decidedAt, decidedBy, reason, deleteFilesAt, files = [], url } = evidence;
  const kept = areFilesKept(evidence, actor);
  return compact({
    id,
    state,
    account: identifier,
    customerNumber,
    entitlement: renderEntitlement(entitlement, organisation),
    name,
    description,
    requestedAt,
    requestedBy,
    due,
    deadline: due && startOfDay(organisation.timeZone, due).toISOString(),
    submittedAt,
    note,
    files: files.map((file) =>
      compact({ ...file, href: kept ? `${organisation.baseUrl}${evidencePath(id, 'files', file.id)}` : undefined }),
    ),
    decidedAt,
    decidedBy,
    reason,
    deleteFilesAt,
    target: isOpenRequest(evidence) ? (url ?? evidenceLink(organisation, id)) : undefined,
  });
}

function renderEntitlement(
  { id, type, state, validFrom, validUntil }: Omit<Entitlement, 'evidence'>,
  organisation: Organisation,
): object {
  return compact({ id, entitlementType: renderType(type, organisation), state, validFrom, validUntil });
}
