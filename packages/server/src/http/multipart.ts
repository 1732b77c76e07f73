import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { Refusal } from '#domain/refusal.ts';
import type { FormParts } from './form-parts.ts';
import { partOverhead, type Upload } from './upload.ts';

/** How long an upload may take, milliseconds: from one piece of it to the next, and as a whole. */
export type UploadPatience = { pause: number; whole: number };

/** Parameters of a header field that may be missing, whatever the types of the parser say. */
type Given = string | undefined;

/**
 * Reads a `multipart/form-data` body to its end, a piece at a time; what a part may hold, `parts` decides. Once it is refused, nothing
 * more is read.
 *
 * @param contentType with the boundary
 * @param limits the most bytes, and the most parts
 * @throws Refusal `malformed` for what is not a whole form, or does not come in time; `too-large`; what `parts` throws
 */
export function readForm(
  body: Readable,
  contentType: string,
  parts: FormParts,
  limits: { total: number; parts: number },
  patience: UploadPatience,
): Promise<Upload> {
  const parser = parserOf(contentType, limits.parts);
  const { promise, resolve, reject } = Promise.withResolvers<Upload>();
  let over = false;
  let read = 0;
  let ended = false;
  let parsed = false;

  const settle = (outcome: () => void) => {
    if (over) return;
    over = true;
    clearTimeout(pause);
    clearTimeout(whole);
    body.off('data', take);
    outcome();
  };
  const fail = (error: unknown) =>
    settle(() => {
      body.pause();
      reject(error);
    });
  const refuse = (message: string) => fail(new Refusal({ kind: 'malformed', message }));
  /** Events come from timers and streams, where nobody else would catch what is thrown. */
  const during = <A extends unknown[]>(work: (...given: A) => void) => {
    return (...given: A) => {
      if (over) return;
      try {
        work(...given);
      } catch (error) {
        fail(error);
      }
    };
  };
  const finish = during(() => {
    if (!ended || !parsed) return;
    const upload = parts.upload();
    settle(() => resolve(upload));
  });

  const whole = setTimeout(
    () => refuse(`took longer than ${Math.ceil(patience.whole / 60_000)} minutes`),
    patience.whole,
  );
  const pause = setTimeout(() => refuse('stopped coming before its end'), patience.pause);
  const take = during((chunk: Buffer) => {
    pause.refresh();
    read += chunk.length;
    if (read > limits.total) throw new Refusal({ kind: 'too-large', limit: limits.total });
    if (parser.write(chunk)) return;
    body.pause();
    parser.once('drain', () => !over && body.resume());
  });

  parser.on(
    'file',
    during((name: Given, content: Readable, fileName: Given, transferEncoding: string, type: string) => {
      const sink = parts.begin({ name, fileName, transferEncoding, type });
      content.on('data', during(sink.push));
      content.on('end', during(sink.end));
      content.on('error', () => refuse('ends in the middle of a part'));
    }),
  );
  parser.on('partsLimit', () => refuse(`has more than ${limits.parts} parts`));
  parser.on('error', () => refuse('is not a whole form: its closing boundary is missing'));
  parser.on('finish', () => {
    parsed = true;
    finish();
  });
  body.on('data', take);
  body.once('end', () => {
    ended = true;
    if (!over) parser.end();
    finish();
  });
  body.once('error', () => refuse('was cut off'));
  body.once('close', () => !ended && refuse('was cut off'));
  return promise;
}

/** Every part is taken as a file, so that texts come as they are, too. */
function parserOf(contentType: string, parts: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: () => true,
      limits: { parts, headerPairs: 20, headerSize: partOverhead },
    });
  } catch {
    throw new Refusal({ kind: 'malformed', message: 'names no boundary in its Content-Type' });
  }
}
