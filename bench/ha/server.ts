import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { compileCache } from '../../scripts/installation/compile-cache.ts';
import { freePort, Program } from '../../scripts/installation/program.ts';
import { publicUrl } from '../../scripts/installation/tenant.ts';
import type { Connection } from './cluster.ts';

/** Starts Tessera as a process of its own, with its worker, on a database that is there. */
export async function startServer(directory: string, connection: Connection): Promise<Program> {
  const { host, port, user, password, database } = connection;
  const own = String(await freePort());
  const server = new Program({
    name: 'server',
    args: ['start'],
    url: `http://127.0.0.1:${own}`,
    environment: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: await compileCache(directory),
      DATABASE_URL: `postgresql://${user}:${password}@${host}:${port}/${database}`,
      DATA_DIR: join(directory, 'tessera'),
      PORT: own,
      PUBLIC_URL: publicUrl,
      DEMO: 'false',
      LOG_LEVEL: 'warn',
      EVIDENCE_KEY: randomBytes(32).toString('base64'),
    },
  });
  await server.start();
  return server;
}
