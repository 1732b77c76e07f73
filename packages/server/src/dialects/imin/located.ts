import { type Fault, Refusal, type RefusalReason } from '#domain/refusal.ts';

type Path = Fault['path'];

/** What this dialect knows beyond the reason: where in the request a clash stands, and all faults in one sentence. */
export type LocatedReason = RefusalReason & { path?: Path; summary?: string };

/** A refusal whose paths are those of the request: nothing is left to translate. */
export class Located extends Refusal {}

export function located(reason: LocatedReason): Located {
  return new Located(reason);
}

/**
 * Puts the faults of an operation, which are in domain words or in members of the Person, into members of the request.
 *
 * @param place where the Person stands in the request body
 */
export async function inRequestWords<T>(place: Path, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof Located) throw error;
    const { reason } = error;
    if (reason.kind === 'taken') {
      throw located({ ...reason, path: reason.key === 'identifier' ? ['identifier'] : [...place, reason.key] });
    }
    if (reason.kind !== 'invalid' || (reason.in ?? 'body') !== 'body') throw error;
    const faults = reason.faults.map((fault) => ({ ...fault, path: [...place, ...personPath(fault.path)] }));
    throw located({ ...reason, faults });
  }
}

/** Only the first stored address is written here; the others are as they were, so nothing can be wrong with them. */
function personPath([first, ...rest]: Path): Path {
  if (first === undefined) return [];
  if (first === 'addresses') return ['address', ...rest.slice(1)];
  return [first === 'is13OrOver' ? 'imin:is13OrOver' : first, ...rest];
}
