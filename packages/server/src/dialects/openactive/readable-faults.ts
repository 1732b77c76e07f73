import type { FastifyRequest } from 'fastify';
import type { Fault } from '#domain/refusal.ts';
import { fixed, incomplete } from './faults.ts';
import { sentBody } from './sent-body.ts';

/** Faults in the words of this dialect; those of a body in the order in which its members stand there. */
export function readableFaults(
  { faults, in: where = 'body' }: { faults: Fault[]; in?: string },
  request: FastifyRequest,
): Fault[] {
  if (where === 'query')
    return faults.map((fault) => (fault.code === 'unknown' ? { ...fault, message: 'unknown parameter' } : fault));
  if (where !== 'body') return faults;
  return inDocumentOrder(
    faults.map((fault) => readable(fault, request.method)),
    request,
  );
}

/** Members that no request can set, and why. */
const readOnly: Record<string, string> = {
  hasHiddenEntitlements: 'is computed by the server',
  outstandingAction: 'is computed by the server',
  'entitlement.evidenceRequestAction': 'is computed by the server',
  name: 'is the alias of the account, which cannot be written here',
};

function readable(fault: Fault, method: string): Fault {
  const { path, code } = fault;
  const member = String(path.at(-1));
  if (code === 'unknown') {
    const place = path.filter((step) => !/^\d+$/.test(String(step))).join('.');
    if (Object.hasOwn(readOnly, place)) return fixed(path, readOnly[place] as string);
    if (member === 'type' || member === 'id') return { ...fault, message: `unknown property, write @${member}` };
    return { ...fault, message: member.includes(':') ? 'unknown extension property' : 'unknown property' };
  }
  // On PUT a customer that is absent or no object at all is one that lacks everything.
  if (method === 'PUT' && path.length === 1 && member === 'customer' && (code === 'required' || code === 'type')) {
    return incomplete(path, 'a Person or Organization is required');
  }
  return fault;
}

/** Sorts faults by where the members stand in the body as it was sent; those that are not there come last. */
function inDocumentOrder(faults: Fault[], request: FastifyRequest): Fault[] {
  const body = sentBody(request);
  const ranked = faults.map((fault) => ({ fault, rank: rankOf(body, fault.path) }));
  return ranked.sort((a, b) => compareRanks(a.rank, b.rank)).map(({ fault }) => fault);
}

function rankOf(body: unknown, path: Fault['path']): number[] {
  let at = body;
  return path.map((step) => {
    const members = typeof at === 'object' && at !== null ? Object.keys(at) : [];
    const index = members.indexOf(String(step));
    at = index < 0 ? undefined : Reflect.get(at as object, step);
    return index < 0 ? Number.MAX_SAFE_INTEGER : index;
  });
}

function compareRanks(a: number[], b: number[]): number {
  const length = Math.max(a.length, b.length);
  for (let step = 0; step < length; step += 1) {
    const difference = (a[step] ?? -1) - (b[step] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
