import { ConfigError } from '#config';
import { type Fault, Refusal } from '#domain/refusal.ts';
import { StartError } from '#store/embedded/start-error.ts';
import { DatabaseNotUsable } from '#store/migrate.ts';
import { Unavailable } from '#store/unavailable.ts';

/** Something that the person at the terminal can mend; its message is complete sentences for that person. */
export class Failure extends Error {}

/** What to tell the person at the terminal about anything that was thrown; never a stack. */
export function sentenceOf(error: unknown): string {
  for (const kind of [Failure, ConfigError, StartError, DatabaseNotUsable]) {
    if (error instanceof kind) return error.message;
  }
  if (error instanceof Refusal && error.reason.kind === 'invalid')
    return error.reason.faults.map(faultSentence).join('\n');
  if (error instanceof Unavailable) return `The database cannot be reached: ${reasonOf(error.cause)}.`;
  return `Something unexpected went wrong: ${reasonOf(error)}. Please report it.`;
}

/** The message of an error without a full stop; of several that Node collected (one per address tried), the first. */
export function reasonOf(error: unknown): string {
  const single = error instanceof AggregateError ? error.errors[0] : error;
  return single instanceof Error ? single.message.replace(/\.$/, '') : String(single);
}

/** Operations name faulty values by the words that the options have here, if not in their spelling. */
function faultSentence({ path, message }: Fault): string {
  const option = path.join('.').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${option} ${message}.`;
}
