import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCache } from '../installation/compile-cache.ts';
import { databaseUrl } from '../installation/database.ts';
import { freePort, Program, type ProgramOptions } from '../installation/program.ts';
import { publicUrl } from '../installation/tenant.ts';
import type { SoakOptions } from './soak.ts';

/** What is started, and on what. */
export type FleetOptions = Pick<SoakOptions, 'servers' | 'workers' | 'directory' | 'database' | 'interrupted'>;

/** The servers and workers of a soak. */
export type Fleet = {
  all: readonly Program[];
  /** One of the servers that are up; waits for one. Rejects when interrupted, or when a process does not start any more. */
  server: () => Promise<Program>;
  /** `kill -9` of a process, which is started again at once. Resolves when it is gone. */
  kill: (program: Program) => Promise<void>;
  /** Resolves when all that were killed are up again. */
  whole: () => Promise<void>;
  killAll: () => Promise<void>;
  /** What processes have complained of, or ended of. */
  faults: () => string[];
};

/** Starts them. Throws when one does not start. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { interrupted } = options;
  const failures: string[] = [];
  const starting = new Map<Program, Promise<void>>();
  // One that ends by itself is told of in the end, and started again like the others.
  const { serving, all } = await programsOf(options, (program) => void start(program));
  const start = (program: Program) => {
    const started = program.start().catch((error: Error) => void failures.push(error.message));
    starting.set(program, started);
    return started;
  };
  const killAll = async () => void (await Promise.all(all.map((program) => program.kill())));

  async function server(): Promise<Program> {
    for (;;) {
      interrupted.throwIfAborted();
      if (failures.length > 0) throw new Error(failures[0]);
      const up = serving.filter(({ readySince }) => readySince !== undefined);
      if (up.length > 0) return up[Math.floor(Math.random() * up.length)] as Program;
      await Promise.race([sleep(100), ...serving.map((program) => starting.get(program))]);
      await sleep(10);
    }
  }

  await Promise.all(all.map(start));
  if (failures.length > 0) {
    await killAll();
    throw new Error(failures[0]);
  }
  return {
    all,
    server,
    kill: async (program) => {
      await program.kill();
      void start(program);
    },
    whole: async () => void (await Promise.all(starting.values())),
    killAll,
    faults: () => [...failures, ...all.flatMap(({ errors }) => errors)],
  };
}

async function programsOf(
  { servers, workers, directory, database }: FleetOptions,
  onEnd: (program: Program) => void,
): Promise<{ serving: Program[]; all: Program[] }> {
  const { PATH = '', HOME = '', TMPDIR = '', TESSERA_TEST_RUN = '' } = process.env;
  const environment = {
    PATH,
    HOME,
    ...(TMPDIR && { TMPDIR }),
    TESSERA_TEST_RUN,
    NODE_COMPILE_CACHE: await compileCache(directory),
    DATA_DIR: join(directory, 'data'),
    DATABASE_URL: databaseUrl(database.connection),
    PUBLIC_URL: publicUrl,
    DEMO: 'false',
    LOG_LEVEL: 'warn',
    EVIDENCE_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    WEBHOOK_TIMEOUT_SECONDS: '1',
    WEBHOOK_RETRY_SECONDS: Array(30).fill(1).join(),
  };
  const programOf = (options: ProgramOptions) => {
    const program: Program = new Program({ ...options, onEnd: () => onEnd(program) });
    return program;
  };
  const serving: Program[] = [];
  for (let number = 1; number <= servers; number += 1) {
    const port = String(await freePort());
    const own = { ...environment, PORT: port };
    const url = `http://127.0.0.1:${port}`;
    serving.push(programOf({ name: `server ${number}`, args: ['start'], url, environment: own }));
  }
  const working = Array.from({ length: workers }, (_, index) =>
    programOf({ name: `worker ${index + 1}`, args: ['worker'], environment }),
  );
  return { serving, all: [...serving, ...working] };
}
