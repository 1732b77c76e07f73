import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '#domain/refusal.ts';

/**
 * The API key of a request, from `Authorization: Bearer` or `X-API-KEY`, whichever the dialect takes.
 *
 * @throws Refusal `missing-credentials`; `bad-credentials` for another scheme, a JWT, or two different keys
 */
export function keyOf(headers: IncomingHttpHeaders, takes: { bearer: boolean; apiKey: boolean }): string {
  const { authorization } = headers;
  const apiKey = takes.apiKey ? single(headers['x-api-key']) : undefined;
  let bearer: string | undefined;
  if (takes.bearer && authorization !== undefined) {
    bearer = /^Bearer +([^\s]+)$/i.exec(authorization.trim())?.[1];
    if (bearer === undefined)
      throw new Refusal({
        kind: 'bad-credentials',
        message: 'Send the key as "Authorization: Bearer" followed by the key.',
      });
  }
  if (apiKey !== undefined && bearer !== undefined && apiKey !== bearer) {
    throw new Refusal({ kind: 'bad-credentials', message: 'The two credentials name different clients.' });
  }
  const key = bearer ?? apiKey;
  if (key === undefined || key === '') throw new Refusal({ kind: 'missing-credentials' });
  return key;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
