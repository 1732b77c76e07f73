import type { Dialect } from './dialect.ts';
import type { Part } from './openapi-schemas.ts';
import { positionHeader } from './position.ts';
import type { ResponseSpec, Route } from './route.ts';

/** Header fields of requests that mean the same in every dialect. Descriptions on a route take precedence. */
const requestHeaders: Record<string, { description: string; schema?: Part }> = {
  'If-Match': {
    description:
      'Entity tag of what was read: the request is carried out only if it still is the current one, otherwise 412.',
  },
  'If-None-Match': {
    description: 'Entity tag of what the caller has: 304 without a body if it still is the current one.',
  },
  [positionHeader]: {
    description:
      'Number of a change that the answer has to take into account: one that was just made, or the position from which changes will be followed. Where a replica answers that does not have it yet, the primary does.',
    schema: { type: 'string', pattern: '^(0|[1-9][0-9]{0,14})$' },
  },
  'Idempotency-Key': {
    description:
      'Makes repeating this request safe for 24 hours: the first answer is sent again, marked `Idempotency-Replayed: true`.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
};

/** Header fields of responses that mean the same in every dialect. */
const responseHeaders: Record<string, string> = {
  'X-Request-Id': "Tessera's id of this request; quote it to support.",
  'X-Correlation-Id': "The caller's X-Correlation-Id, else the id of this request.",
  RateLimit: 'What is left of the limit that applied, and the seconds until it is reset.',
  'RateLimit-Policy': 'The limit that applied, and its window in seconds.',
  'Idempotency-Replayed': '`true` when this is the first answer to this Idempotency-Key, sent again.',
  ETag: 'Entity tag of this version, for If-Match and If-None-Match.',
  'Last-Modified': 'When it was last changed.',
  [positionHeader]:
    'Number of the newest change of the organisation that the database which answered had: the answer takes all changes up to it into account, and may take later ones.',
  'As-Of-Change': 'With `at`: number of the newest change that counts.',
  Location: 'Address of what was created.',
  'Content-Location': 'Address of what the body shows.',
  'Content-Disposition': 'The name under which to save the file.',
  'Retry-After': 'Seconds to wait before repeating the request.',
  Allow: 'The methods that are allowed here.',
  'Accept-Patch': 'The media types that PATCH takes here.',
  'WWW-Authenticate': 'How to authenticate.',
  'Cache-Control': 'Who may store the response, and for how long.',
  Vary: 'The request headers that the response depends on.',
  Link: 'Related addresses (RFC 8288).',
};

const correlationId = {
  name: 'X-Correlation-Id',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description:
    "The caller's own id for this request: 1 to 128 visible ASCII characters. It comes back in the response and stands in the log and the audit record.",
};

/** `components/parameters`: what every operation takes. */
export const sharedParameters = { CorrelationId: correlationId };

/** The header parameters of a route. Idempotency-Key is understood by every POST that writes, X-Correlation-Id by all. */
export function headerParameters(route: Route): Part[] {
  const keyed: Record<string, string> = takesKey(route)
    ? { 'Idempotency-Key': requestHeaders['Idempotency-Key']?.description as string }
    : {};
  const own = Object.entries({ ...keyed, ...route.headers }).filter(
    ([name]) => name.toLowerCase() !== 'x-correlation-id',
  );
  return [
    ...own.map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description: description || requestHeaders[name]?.description,
      schema: requestHeaders[name]?.schema ?? { type: 'string' },
    })),
    { $ref: '#/components/parameters/CorrelationId' },
  ];
}

/** The header fields of one response of a route, as references to {@link headerComponents}. */
export function headersOfResponse(dialect: Dialect, route: Route, status: number, spec: ResponseSpec): Part {
  const names = ['X-Request-Id', 'X-Correlation-Id'];
  if (route.scope !== null || dialect.addressLimit) names.push('RateLimit', 'RateLimit-Policy');
  if (takesKey(route) && status < 500) names.push('Idempotency-Replayed');
  const all = new Set([...(spec.headers ?? []), ...(spec.someHeaders ?? []), ...names]);
  return Object.fromEntries([...all].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** `components/headers`: each header field that the dialect's responses name. */
export function headerComponents(dialect: Dialect): Part {
  const used = dialect.routes.flatMap((route) =>
    Object.entries(route.responses).flatMap(([status, spec]) =>
      Object.keys(headersOfResponse(dialect, route, Number(status), spec)),
    ),
  );
  const headers = [...new Set(used)].sort().map((name) => {
    const description = dialect.openapi?.headers?.[name] ?? responseHeaders[name];
    return [name, { ...(description ? { description } : {}), schema: { type: 'string' } }];
  });
  return Object.fromEntries(headers);
}

function takesKey(route: Route): boolean {
  return route.method === 'POST' && !route.readOnly && route.scope !== null;
}
