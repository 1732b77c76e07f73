import type { KeptAnswer } from '#operations/kept-answers.ts';
import type { Keep } from '#operations/write.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

/**
 * Answers with what an operation results in. Under an Idempotency-Key the operation keeps the answer with its effect; then that one is
 * sent, and not made again.
 *
 * @param operate runs the operation, which calls `keep` last for what it has written
 */
export async function answering<R>(
  call: Pick<Call, 'keep'>,
  render: (result: R) => Answer,
  operate: (keep: Keep<R>) => Promise<R>,
): Promise<Answer> {
  const keep = call.keep(render);
  let kept: KeptAnswer | undefined;
  const result = await operate(
    keep &&
      ((written) => {
        kept = keep(written);
        return kept;
      }),
  );
  return kept ? answerOf(kept) : render(result);
}

/** A kept answer as it was sent. */
export function answerOf({ answer: { status, headers, body } }: Pick<KeptAnswer, 'answer'>): Answer {
  const { 'content-type': contentType, ...rest } = headers;
  return {
    status,
    headers: rest,
    ...(body === '' ? {} : { raw: body }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}
