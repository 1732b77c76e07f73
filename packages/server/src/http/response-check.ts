import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pointerOf } from '#domain/refusal.ts';
import type { Entry } from './serve.ts';
import { validatorOf } from './validation.ts';

/**
 * Tests only: checks status, media type and body of every response against its route's schema, so that the OpenAPI document cannot
 * drift from the code. A mismatch is answered with a plain 500 that says what is undocumented.
 */
export function checkResponses(app: FastifyInstance, entries: WeakMap<FastifyRequest, Entry>): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const entry = entries.get(request);
    if (!entry) return payload;
    const complaint = complaintOf(entry, reply.statusCode, payload, String(reply.getHeader('content-type') ?? ''));
    if (!complaint) return payload;
    reply.code(500).type('text/plain').removeHeader('content-length');
    return `response check: ${request.method} ${entry.dialect.name} ${entry.route.path}: ${complaint}\n${String(payload)}`;
  });
}

function complaintOf({ route }: Entry, status: number, payload: unknown, contentType: string): string | undefined {
  const spec = route.responses[status];
  if (!spec) return `status ${status} is not documented`;
  if (payload instanceof Readable) {
    const type = contentType.split(';')[0];
    return spec.streamed?.contentType === type ? undefined : `a stream of ${type} is not documented`;
  }
  const empty = payload === undefined || payload === null || payload === '';
  const documented = spec.schema ?? spec.contentType;
  if (!documented) return empty ? undefined : `status ${status} is documented without a body`;
  if (empty) return `status ${status} is documented with a body`;
  const type = contentType.split(';')[0];
  if (spec.contentType && spec.contentType !== type) return `media type ${type}, documented ${spec.contentType}`;
  if (!spec.schema) return undefined;
  const faults = validatorOf(spec.schema)(JSON.parse(String(payload)));
  return faults.length === 0
    ? undefined
    : faults.map((fault) => `${pointerOf(fault.path)} ${fault.message}`).join('; ');
}
