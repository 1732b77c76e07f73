import type { FastifyRequest } from 'fastify';
import { Refusal } from '#domain/refusal.ts';

/** How new an answer is, in the response; how new it has to be, in the request: numbers of changes (docs/operations.md). */
export const positionHeader = 'Tessera-Position';

/**
 * The change that the answer has to take into account; undefined where the request names none.
 *
 * @throws Refusal `invalid`
 */
export function leastPosition({ headers }: FastifyRequest): number | undefined {
  const text = headers[positionHeader.toLowerCase()];
  if (text === undefined) return undefined;
  if (/^(0|[1-9]\d{0,14})$/.test(String(text))) return Number(text);
  const message = 'must be the number of a change';
  throw new Refusal({ kind: 'invalid', in: 'header', faults: [{ path: [positionHeader], code: 'format', message }] });
}

/** The header field of an answer that was read in a database with this newest change; none for what is as it is now. */
export function positionField(position: number | undefined): Record<string, string> {
  return position === undefined ? {} : { [positionHeader]: String(position) };
}
