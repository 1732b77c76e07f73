import { Refusal } from '#domain/refusal.ts';
import { findAnswer, keepRefusal, noteReplay } from '#operations/kept-answers.ts';
import type { Answer } from './answer.ts';
import { type Call, type Fingerprint, keptAnswer, replayOf } from './call.ts';

const waitMs = 5000;
/** Requests with a key that this server is working on, so that a duplicate can wait for the first. */
export type InFlight = Map<string, Promise<unknown>>;

/**
 * Runs a request under its Idempotency-Key: replays the kept answer, waits up to 5 s for a duplicate under way, or runs it and
 * keeps the answer. An answer to an effect is committed with the effect; refusals are kept afterwards, except those that a repeat
 * may well not meet again (412, 429, 5xx, in flight) (architecture.md, Settled 3; imin.md 3.6).
 *
 * @param run does the work and turns refusals into answers
 * @param ahead nearly all requests are the first with their key, so it is not looked up before: what a repeat does has no effect, because
 * the commit, or the look-up after a refusal, finds the kept answer
 * @throws Refusal `idempotency-reused`, `idempotency-busy`, `idempotency-erased`
 */
export async function underKey(
  inFlight: InFlight,
  call: Call,
  print: Fingerprint,
  run: () => Promise<{ answer: Answer; refused?: Refusal }>,
  ahead = false,
): Promise<Answer> {
  const { actor, store } = call;
  const slot = `${actor.organisation.id}:${actor.client.id}:${print.requestHash}`;
  const earlier = inFlight.get(slot);
  if (earlier && !(await within(earlier, waitMs))) throw new Refusal({ kind: 'idempotency-busy' });

  const work = (async () => {
    const replay = ahead && !earlier ? undefined : await replayed(call, print);
    if (replay) return replay;
    const { answer, refused } = await run();
    if (!refused) return answer;
    // Another process may have been first with this key: then its effect may be why this one was refused, and its answer counts.
    const first = await replayed(call, print);
    if (first) return first;
    if (!keepable(refused, answer) || (await keepRefusal(store, actor, keptAnswer(print, answer)))) return answer;
    return (await replayed(call, print)) ?? answer;
  })();
  const settled = work.catch(() => undefined);
  inFlight.set(slot, settled);
  try {
    return await work;
  } finally {
    if (inFlight.get(slot) === settled) inFlight.delete(slot);
  }
}

async function replayed({ store, actor }: Call, print: Fingerprint): Promise<Answer | undefined> {
  const stored = await findAnswer(store, actor, print.requestHash);
  if (!stored) return undefined;
  if (!stored.answer) throw new Refusal({ kind: 'idempotency-erased' });
  if (stored.bodyDigest !== print.bodyDigest) throw new Refusal({ kind: 'idempotency-reused' });
  noteReplay(store, actor, stored);
  return replayOf(stored.answer);
}

function keepable({ reason }: Refusal, { status }: Answer): boolean {
  return reason.kind !== 'idempotency-busy' && status < 500 && ![401, 403, 412, 429].includes(status);
}

async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
