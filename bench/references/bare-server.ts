// The least that could answer like Tessera, as a process of its own, started by bare.ts: Fastify without a hook, no authentication, no log.
import Fastify from 'fastify';
import pg from 'pg';
import type { BareSettings } from './bare.ts';

// As text, as Tessera has it.
pg.types.setTypeParser(114, (text) => text);

process.once('message', (settings: BareSettings) => void serve(settings));
process.once('disconnect', () => process.exit());

async function serve({ connection, constant, client, account, create }: BareSettings): Promise<void> {
  const pool = new pg.Pool({ ...connection, max: 16 });
  const app = Fastify();
  app.get('/constant', (_request, reply) => reply.type('application/json').send(constant));

  // One request, one connection at a time, each statement prepared once on each connection: what most servers do.
  app.get('/accounts/:identifier', async (request, reply) => {
    const { identifier } = request.params as { identifier: string };
    await ask(client, {});
    const { rows } = await ask(account, { n: identifier.slice('bench-'.length) });
    return reply.type('application/json').send(rows[0].document);
  });
  app.post('/accounts', async (_request, reply) => {
    await ask(client, {});
    await ask(create, {});
    return reply.code(201).type('application/json').send(constant);
  });

  function ask({ name, text, names, values }: BareSettings['client'], own: Record<string, string>) {
    return pool.query({ name, text, values: names.map((one) => own[one] ?? values[one]) });
  }

  await app.listen({ host: '127.0.0.1', port: 0 });
  process.send?.({ port: (app.server.address() as { port: number }).port });
}
