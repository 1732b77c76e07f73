import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** A body that is made while it is sent: each piece when the ones before have left, so that a slow reader fills no memory. */
export type Stream = {
  pieces: AsyncIterable<string>;
  /** Aborted, the pieces end by themselves; a client that does not even take those already sent is cut off. */
  over: AbortSignal;
};

const grace = 500;

/** The stream as Node sends it. */
export function readableOf({ pieces, over }: Stream, response: ServerResponse): Readable {
  const cutOff = () => void setTimeout(() => response.writableFinished || response.destroy(), grace).unref();
  if (over.aborted) cutOff();
  else over.addEventListener('abort', cutOff, { once: true });
  return Readable.from(pieces);
}
