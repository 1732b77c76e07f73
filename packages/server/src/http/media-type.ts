import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { Refusal } from '#domain/refusal.ts';

/** Throws Refusal `media-type` unless the Content-Type is one of those accepted, in UTF-8. */
export function assertMediaType(header: string | undefined, accepted: readonly string[]): void {
  const [type = '', ...parameters] = (header ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (!accepted.includes(type) || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw new Refusal({ kind: 'media-type', accepted: [...accepted] });
  }
}

/** Throws Refusal `media-type` for a compressed body: it is read as it is. */
export function assertNotEncoded(header: string | undefined, accepted: readonly string[]): void {
  if (header === undefined || header.trim().toLowerCase() === 'identity') return;
  throw new Refusal({ kind: 'media-type', accepted: [...accepted] });
}

/** The media type of the response that the caller prefers; the first one when it has no preference or wants none of them. */
export function negotiate(request: FastifyRequest, produces: readonly string[]): string {
  return preferred(request, produces) ?? (produces[0] as string);
}

/** Throws Refusal `not-acceptable` when the caller's Accept excludes all that is offered. */
export function assertAcceptable(request: FastifyRequest, produces: readonly string[]): void {
  if (preferred(request, produces) === undefined) throw new Refusal({ kind: 'not-acceptable', offered: [...produces] });
}

function preferred(request: FastifyRequest, produces: readonly string[]): string | undefined {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*' || produces.length === 1) return produces[0];
  return new Negotiator({ headers: { accept } }).mediaType([...produces]);
}
