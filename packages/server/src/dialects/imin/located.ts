import type { Fault, RefusalReason } from '#domain/refusal.ts';

type Path = Fault['path'];

/** What this dialect knows beyond the reason: where in the request a clash stands, and all faults in one sentence. */
export type LocatedReason = RefusalReason & { path?: Path; summary?: string };

/**
 * Puts the faults of an operation, which are in domain words or in members of the Person, into members of the request.
 *
 * @param place where the Person stands in the request body
 */
export function requestWords(place: Path): (reason: RefusalReason) => LocatedReason {
  return (reason) => {
    if (reason.kind === 'taken')
      return { ...reason, path: reason.key === 'identifier' ? ['identifier'] : [...place, reason.key] };
    if (reason.kind !== 'invalid' || (reason.in ?? 'body') !== 'body') return reason;
    return { ...reason, faults: reason.faults.map((fault) => ({ ...fault, path: requestPath(place, fault.path) })) };
  };
}

function requestPath(place: Path, path: Path): Path {
  // Sellers stand beside the Person; their faults are told where they are (linked-accounts.ts).
  return path[0] === 'seller' ? path : [...place, ...personPath(path)];
}

/** Only the first stored address is written here; the others are as they were, so nothing can be wrong with them. */
function personPath([first, ...rest]: Path): Path {
  if (first === undefined) return [];
  if (first === 'addresses') return ['address', ...rest.slice(1)];
  return [first === 'is13OrOver' ? 'imin:is13OrOver' : first, ...rest];
}
