import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/installation/program.ts';
import { serverSettings, startServer } from '../server.ts';
import type { Stage } from '../stage/stage.ts';
import { type Memory, memory } from './processes.ts';

/** How long a start takes on a database that is there, and what memory the server then has. */
export type Started = {
  database: 'DATABASE_URL' | 'embedded';
  /** Milliseconds from the command to "Tessera is ready", of each start. */
  ready: number[];
  /** Before the first request, of the last start. */
  idle: Memory;
  /** PostgreSQL's processes, where the server has started them. */
  postgres?: Memory;
};

/** Long enough for what a start leaves to do. */
const rest = 3_000;

/** Starts servers one after the other, each ended before the next, and none of them has any requests. */
export async function measureStarts({ workspace, database }: Stage, times: number): Promise<Started[]> {
  const directory = join(workspace, 'starts');
  mkdirSync(directory, { recursive: true });
  const embedded = serverSettings({ dataDir: join(directory, 'embedded'), port: await freePort() });
  const external = serverSettings({
    databaseUrl: database.url,
    dataDir: join(directory, 'data'),
    port: await freePort(),
  });
  // The first one creates the database.
  await (await startServer(directory, 'embedded', embedded)).stop();
  return [
    await startsOf('DATABASE_URL', directory, external, times),
    await startsOf('embedded', directory, embedded, times),
  ];
}

async function startsOf(
  kind: Started['database'],
  directory: string,
  settings: Record<string, string>,
  times: number,
): Promise<Started> {
  const ready: number[] = [];
  for (;;) {
    const server = await startServer(directory, kind, settings);
    try {
      ready.push(server.startedIn);
      if (ready.length < times) continue;
      await sleep(rest);
      const postgres = memory([server.pid], 'postgres');
      return { database: kind, ready, idle: memory([server.pid]), ...(postgres.processes > 0 ? { postgres } : {}) };
    } finally {
      await server.stop();
    }
  }
}
