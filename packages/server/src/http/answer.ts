import type { Stream } from './stream.ts';

/** What a handler returns: the whole response as a value, so that it can be kept for a replay. */
export type Answer = {
  status: number;
  headers?: Record<string, string>;
  /** JSON value of the body; absent: no body and no content type. */
  body?: unknown;
  /** A body that is no JSON, sent as it is: text in UTF-8, or bytes. Instead of `body`, with a `contentType`. */
  raw?: string | Buffer;
  /** A body that comes bit by bit. Instead of `body`, with a `contentType`; never kept. */
  stream?: Stream;
  /** Default: what the dialect produces. */
  contentType?: string;
};
