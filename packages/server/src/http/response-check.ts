import type { FastifyRequest } from 'fastify';
import { pointerOf } from '#domain/refusal.ts';
import type { Route } from './route.ts';
import { validatorOf } from './validation.ts';

type Sent = {
  status: number;
  headers: Record<string, string | number>;
  body: string | Buffer | undefined;
  /** The body comes bit by bit. */
  streamed: boolean;
};

/**
 * Tests only: judges status, media type and body of a response by its route's schema, so that the OpenAPI document cannot drift from
 * the code, and the names of its headers. A mismatch is answered with a plain 500 that says what is undocumented.
 *
 * @returns what to answer instead; undefined when all is well
 */
export function complaintOf(request: FastifyRequest, sent: Sent): string | undefined {
  const { entry } = request;
  const complaint = twice(Object.keys(sent.headers)) ?? (entry && undocumented(entry.route, sent));
  if (complaint === undefined) return undefined;
  const where = `${request.method} ${entry?.dialect.name} ${entry?.route.path}`;
  return `response check: ${where}: ${complaint}\n${String(sent.body)}`;
}

/** A header whose name is written in two ways would be sent twice. */
function twice(names: string[]): string | undefined {
  const known = new Set<string>();
  for (const name of names.map((one) => one.toLowerCase())) {
    if (known.has(name)) return `the header ${name} is set under two names`;
    known.add(name);
  }
  return undefined;
}

function undocumented({ responses }: Route, { status, headers, body, streamed }: Sent): string | undefined {
  const spec = responses[status];
  if (!spec) return `status ${status} is not documented`;
  const type = String(headers['Content-Type'] ?? '').split(';')[0];
  if (streamed) return spec.streamed?.contentType === type ? undefined : `a stream of ${type} is not documented`;
  const empty = body === undefined || body.length === 0;
  const documented = spec.schema ?? spec.contentType;
  if (!documented) return empty ? undefined : `status ${status} is documented without a body`;
  if (empty) return `status ${status} is documented with a body`;
  if (spec.contentType && spec.contentType !== type) return `media type ${type}, documented ${spec.contentType}`;
  if (!spec.schema) return undefined;
  const faults = validatorOf(spec.schema)(JSON.parse(String(body)));
  return faults.length === 0
    ? undefined
    : faults.map((fault) => `${pointerOf(fault.path)} ${fault.message}`).join('; ');
}
