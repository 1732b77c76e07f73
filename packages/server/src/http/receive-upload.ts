import { Refusal } from '#domain/refusal.ts';
import { keyOf } from '#operations/evidence/settings.ts';
import type { Call } from './call.ts';
import { FormParts } from './form-parts.ts';
import type { Http } from './http.ts';
import { readForm } from './multipart.ts';
import { assertTyped } from './request-parser.ts';
import type { Route } from './route.ts';
import { limitsOf, maxParts, type Upload, type UploadForm } from './upload.ts';
import type { UploadShare } from './upload-memory.ts';

/**
 * Reads the body of an upload, if it has a chance.
 *
 * @throws Refusal `unavailable` (no key to keep files with, no memory left), `media-type`, `too-large`, `malformed`, `invalid`; what
 *   the form's `admit` throws
 */
export async function receiveUpload(
  http: Http,
  call: Call,
  route: Route,
  form: UploadForm,
  memory: UploadShare,
): Promise<Upload> {
  const { request, evidence } = call;
  keyOf(evidence);
  await form.admit?.(call);
  const { 'content-type': type = '', 'content-length': length, 'transfer-encoding': coding } = request.headers;
  assertTyped(request, route, coding === undefined && Number(length ?? 0) === 0);
  const limits = limitsOf(form, evidence.maxFileSize);
  if (Number(length ?? 0) > limits.total) throw new Refusal({ kind: 'too-large', limit: limits.total });
  const parts = new FormParts(form, limits, memory);
  return readForm(request.raw, type, parts, { total: limits.total, parts: maxParts(form) }, http.uploadPatience);
}
