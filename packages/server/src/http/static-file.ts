import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { matchesWeakly, parseTags } from './etag.ts';

/** A file that is served as it is, from memory. `body` may be made when it is first asked for. */
export type StaticFile = {
  path: string;
  type: string;
  body: string | Buffer | (() => string | Buffer);
  headers?: Record<string, string>;
};

/** The first digits of a digest: changes whenever the content does. */
export function digestOf(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

/** Serves a file with an entity tag; caches ask again before they use it, unless its headers say otherwise. */
export function serveFile(app: FastifyInstance, { path, type, body, headers }: StaticFile): void {
  let file: { content: string | Buffer; tag: string } | undefined;
  const made = () => {
    const content = typeof body === 'function' ? body() : body;
    return { content, tag: digestOf(content) };
  };
  app.get(path, async (request, reply) => {
    file ??= made();
    const { content, tag } = file;
    reply.headers({ 'Cache-Control': 'no-cache', ...headers, ETag: `"${tag}"` });
    const held = parseTags('If-None-Match', request.headers['if-none-match']);
    if (held && matchesWeakly(held, tag)) return reply.code(304).send();
    return reply.type(type).send(content);
  });
}
