import type { RefusalReason } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { inWords } from '#http/words.ts';
import { setDefaultPass } from '#operations/access-passes/set-default-pass.ts';
import type { AccessPassUpdate } from './action-schema.ts';
import { accountMatch, identifierOf } from './conditions.ts';
import { passView } from './held.ts';
import type { LocatedReason } from './located.ts';
import { context } from './render.ts';

/** imin:AccessPassUpdateAction (imin.md 2.5.3): one pass in place of the former ones of the default namespace. */
export async function updateAccessPass(call: Call): Promise<Answer> {
  const { object } = call.body as { object: AccessPassUpdate };
  const { text } = object;
  const identifier = identifierOf(call);
  const body = { '@context': context, '@type': 'imin:AccessPassUpdateAction', object: passView(text) };
  const render = (): Answer => ({ status: 200, body });
  const ifMatch = accountMatch(call, identifier);
  return answering(call, render, (keep) =>
    inWords(setDefaultPass(call.store, call.actor, identifier, { text, ifMatch, keep }), passWords),
  );
}

/** A pass is refused in a sentence about the barcode (imin.md 5.12, E14 and E15). */
function passWords(reason: RefusalReason): LocatedReason {
  if (reason.kind === 'taken') return refusedPass('taken', 'is already in use');
  if (reason.kind !== 'invalid' || (reason.in ?? 'body') !== 'body') return reason;
  const [fault] = reason.faults;
  return fault ? refusedPass(fault.code, fault.message) : reason;
}

function refusedPass(code: string, message: string): LocatedReason {
  return {
    kind: 'invalid',
    faults: [{ path: ['object', 'text'], code, message }],
    summary: `The barcode ${message}`,
  };
}
