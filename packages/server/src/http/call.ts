import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Scope } from '#operations/clients/scopes.ts';
import type { EvidenceSettings } from '#operations/evidence/settings.ts';
import type { KeptAnswer } from '#operations/kept-answers.ts';
import type { WebhookSettings } from '#operations/webhooks/settings.ts';
import type { Keep } from '#operations/write.ts';
import type { Store } from '#store/store.ts';
import type { Answer } from './answer.ts';
import { answerOf } from './answering.ts';
import type { Limit } from './dialect.ts';
import { keyedDigest } from './keyed-digest.ts';
import type { Upload } from './upload.ts';
import type { Waiting } from './waiting-room.ts';

/** What a handler gets: the checked request, who asks, and the means to act. */
export type Call = {
  request: FastifyRequest;
  store: Store;
  actor: Actor;
  /** Origin of this installation, without trailing slash (PUBLIC_URL). */
  publicUrl: string;
  /** How files of evidence are kept. */
  evidence: EvidenceSettings;
  /** Where webhooks may go, and what their secrets are kept with. */
  webhooks: WebhookSettings;
  params: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: the route's schema has checked it; handlers name the type
  query: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  body: any;
  /** What came, where the route takes an `upload`. Its memory is free for others once the handler has answered. */
  upload?: Upload;
  /** Counts this request against a limit of the handler's own. Throws Refusal `rate-limit`. */
  limit: (limit: Limit) => void;
  /** Throws Refusal `scope` unless the API client holds this scope beyond the route's own: what a request asks for may need one more. */
  assertScope: (scope: Scope) => void;
  /** For handlers that wait or stream. */
  waiting: Waiting;
  /** Makes the operation keep this answer for the request's Idempotency-Key; undefined when the request has none. */
  keep: <R>(render: (result: R) => Answer) => Keep<R>;
};

/** What identifies a request to its Idempotency-Key: client, method, path and key; and its body. */
export type Fingerprint = { requestHash: string; bodyDigest: string };

/**
 * Undefined without the header. Throws Refusal `invalid` for a key that is not 1..255 printable ASCII characters.
 *
 * @param content what says whether a repeat asks for the same: the body; asked for only when there is a key
 */
export function fingerprint({ request, actor }: Call, content: () => unknown): Fingerprint | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method !== 'POST') return undefined;
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Refusal({
      kind: 'invalid',
      in: 'header',
      faults: [{ path: ['Idempotency-Key'], code: 'format', message: 'must have 1 to 255 printable ASCII characters' }],
    });
  }
  const path = request.url.split('?')[0];
  const requestHash = createHash('sha256').update(`${request.method} ${path} ${key}`).digest('hex');
  return { requestHash, bodyDigest: keyedDigest(actor.organisation, content()) };
}

/** An answer in the form in which it is kept. */
export function keptAnswer(print: Fingerprint, { status, headers = {}, body, contentType }: Answer): KeptAnswer {
  const kept = contentType === undefined ? headers : { ...headers, 'content-type': contentType };
  return { ...print, answer: { status, headers: kept, body: body === undefined ? '' : JSON.stringify(body) } };
}

/** A kept answer as it is replayed. */
export function replayOf(answer: KeptAnswer['answer']): Answer {
  const sent = answerOf({ answer });
  return { ...sent, headers: { ...sent.headers, 'Idempotency-Replayed': 'true' } };
}
