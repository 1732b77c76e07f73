import type { FastifyRequest } from 'fastify';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Call } from './call.ts';
import { parseTags } from './etag.ts';
import { allFaults } from './faults.ts';
import { cleanText, parseJson } from './json.ts';
import { assertMediaType, assertNotEncoded } from './media-type.ts';
import { parseQuery } from './query.ts';
import { consumedBy, type Route } from './route.ts';
import { maxFaults, validatorOf } from './validation.ts';

/** Reads and judges the parts of a route's requests. */
export type RequestParser = {
  /** The body as a JSON value; undefined where the route takes none. Throws Refusal `malformed`, `media-type`. */
  body: (request: FastifyRequest) => unknown;
  /** Puts path and query parameters into the call, and judges the condition of a read. Throws Refusal `malformed`, `invalid`. */
  parameters: (call: Call) => void;
  /** Judges the body by the route's schema. Throws Refusal `invalid`. */
  checkBody: (call: Call) => void;
};

export function parserOf(route: Route): RequestParser {
  const verbatim = new Set(route.verbatim ?? []);
  const params = route.params && validatorOf(route.params);
  const query = route.query && validatorOf(route.query);
  const conditional = route.method === 'GET' && route.headers?.['If-None-Match'] !== undefined;
  const validBody = route.judgesBody ? undefined : route.body && validatorOf(route.body);
  return {
    body: (request) => {
      const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      if (!route.body || (bytes.length === 0 && route.bodyOptional)) return undefined;
      assertTyped(request, route, bytes.length === 0);
      return parseJson(bytes, verbatim, route.maxEntries);
    },
    parameters: (call) => {
      const { organisationSlug: _, ...given } = call.request.params as Record<string, string>;
      for (const [name, value] of Object.entries(given)) cleanText(value, [name], true, 'path');
      const queried = parseQuery(call.request.url, route.query as object, verbatim);
      if (params) refuseFaults(params(given), 'path');
      if (query) refuseFaults(query(queried), 'query');
      else if (!route.looseQuery)
        refuseFaults(
          Object.keys(queried)
            .slice(0, maxFaults)
            .map((name) => ({ path: [name], code: 'unknown', message: 'unknown parameter' })),
          'query',
        );
      // Here, not when there is an answer: what is refused was not read.
      if (conditional) parseTags('If-None-Match', call.request.headers['if-none-match']);
      call.params = given;
      call.query = queried;
    },
    checkBody: (call) => {
      if (!validBody || call.body === undefined) return;
      const faults = validBody(call.body);
      if (faults.length > 0) refuseFaults(allFaults(route, call, faults), 'body');
    },
  };
}

/** Throws Refusal `malformed`, `media-type` unless there is a body of a media type that the route takes. */
export function assertTyped({ headers }: FastifyRequest, route: Route, empty: boolean): void {
  const type = headers['content-type'];
  if (empty && type === undefined) throw new Refusal({ kind: 'malformed', message: 'has no body' });
  assertNotEncoded(headers['content-encoding'], consumedBy(route));
  assertMediaType(type, consumedBy(route));
}
