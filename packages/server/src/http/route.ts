import type { TSchema } from 'typebox';
import type { Scope } from '#operations/clients/scopes.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { UploadForm } from './upload.ts';

/** One documented response. Without a schema its body is no JSON; without a media type either it has none. */
export type ResponseSpec = {
  description: string;
  schema?: TSchema;
  contentType?: string;
  /** Header fields that all of these responses have. */
  headers?: readonly string[];
  /** Those that some of them have. */
  someHeaders?: readonly string[];
  /** What comes instead, bit by bit, when the caller asks for this media type. */
  streamed?: { contentType: string; description: string; example: string };
};

/** One route of a dialect: the only place where its path, scope, schemas and handler are written down. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to the dialect's prefix, parameters as `:name`. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  tag: string;
  /** What the API client must hold; null: public. */
  scope: Scope | null;
  params?: TSchema;
  query?: TSchema;
  /** Request headers worth documenting, with their meaning. */
  headers?: Record<string, string>;
  body?: TSchema;
  /** `body` documents the form; the handler judges by it, because what is faulty depends on what is stored (Entur's profiles). */
  judgesBody?: boolean;
  /** The body may be left out. */
  bodyOptional?: boolean;
  /** Largest body, bytes, where the dialect's is too small. */
  bodyLimit?: number;
  /** Members and items that a body may have in all, where 10,000 are too few. */
  maxEntries?: number;
  /** Media types the body may have; default `application/json`, with `upload` `multipart/form-data`. */
  consumes?: readonly string[];
  /** The body is a form with files instead of JSON: `call.upload`. It may be larger than other bodies, and take longer. */
  upload?: UploadForm;
  /**
   * Judges what the schema cannot say of the body; throws Refusal `invalid`. When the schema finds faults it is asked about the rest
   * of the body too, so that a caller hears of all faults at once; the handler judges by itself.
   */
  meaning?: (call: Call) => void;
  /** Media types of its successful bodies, the default first, where they are not the dialect's. */
  produces?: readonly string[];
  /** A POST that only reads: Idempotency-Key is ignored. */
  readOnly?: boolean;
  /**
   * On the hot path: its handler begins while it is still being asked who has the key, and so saves a round trip. It does not wait or
   * stream, and has no effect but its answer, the record of a read, and what it commits by the store's writer, which waits for the answer.
   */
  ahead?: boolean;
  /** Members and parameters whose text is opaque (identifiers): not normalised. */
  verbatim?: readonly string[];
  /** Unknown query parameters are ignored (Entur) instead of refused. */
  looseQuery?: boolean;
  responses: Record<number, ResponseSpec>;
  handler: (call: Call) => Promise<Answer>;
};

/** Media types that a route's successful answers may have; errors have the dialect's. */
export function producedBy(
  { produces }: Pick<Route, 'produces'>,
  dialect: { produces: readonly string[] },
): readonly string[] {
  return produces ?? dialect.produces;
}

/** Media types that a route's body may have. */
export function consumedBy({ consumes, upload }: Route): readonly string[] {
  return consumes ?? [upload ? 'multipart/form-data' : 'application/json'];
}
