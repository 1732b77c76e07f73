/** What a handler returns: the whole response as a value, so that it can be kept for a replay. */
export type Answer = {
  status: number;
  headers?: Record<string, string>;
  /** JSON value of the body; absent: no body and no content type. */
  body?: unknown;
  /** Default: what the dialect produces. */
  contentType?: string;
};
