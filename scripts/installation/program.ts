import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../packages/server/src/cli/main.mjs', import.meta.url));
const startPatience = 60_000;
/** Lines of the log that are kept to be shown. */
const keptLines = 30;

export type ProgramOptions = {
  /** What to call it. */
  name: string;
  /** `start` or `worker`, and what follows. */
  args: readonly string[];
  /** The whole environment; nothing of ours is passed on. */
  environment: Record<string, string>;
  /** Where it answers, once it is ready. */
  url?: string;
  /** Called when it was ready and has ended by itself. */
  onEnd?: () => void;
};

/** From a start to its end. */
type Run = { child: ChildProcess; ended: Promise<unknown>; endWanted: boolean };

/** A server or a worker as a process of its own, to be started, killed, and started again. */
export class Program {
  readonly name: string;
  readonly url: string;
  /** Lines of its log that tell of an error, and what is no line of a log. */
  readonly errors: string[] = [];
  /** Since when it is ready, as performance.now() has it; undefined: it is not. */
  readySince: number | undefined;
  readonly #options: ProgramOptions;
  readonly #log: string[] = [];
  #run: Run | undefined;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.name = options.name;
    this.url = options.url ?? '';
  }

  /**
   * Starts it and waits until it says that it is ready, or was killed before.
   *
   * @throws Error with its last words when it ends by itself before that
   */
  async start(): Promise<void> {
    const { args, environment } = this.#options;
    // By the end of the channel (ipc) it notices that we are gone.
    const child = spawn(process.execPath, [main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environment,
    });
    const run: Run = { child, ended: once(child, 'close'), endWanted: false };
    this.#run = run;
    const ready = Promise.withResolvers<void>();
    const heedOutput = lines((line) => /^Tessera is (ready|working)/.test(line) && ready.resolve());
    child.stdout?.setEncoding('utf8').on('data', heedOutput);
    child.stderr?.setEncoding('utf8').on(
      'data',
      lines((line) => this.#heed(line)),
    );
    child.once('close', (code, signal) => {
      const wasReady = this.readySince !== undefined;
      this.readySince = undefined;
      if (run.endWanted) return;
      this.errors.push(`${this.name} ended by itself (${signal ?? code}):\n${this.#log.join('\n')}`);
      if (wasReady) this.#options.onEnd?.();
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), startPatience);
    await Promise.race([ready.promise, run.ended]);
    clearTimeout(timer);
    if (run.endWanted) return;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(this.errors.at(-1));
    this.readySince = performance.now();
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Has it end in order. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#run?.child.exitCode ?? null;
  }

  get pid(): number | undefined {
    return this.#run?.child.pid;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#run) return;
    this.#run.endWanted = true;
    this.readySince = undefined;
    this.#run.child.kill(signal);
    await this.#run.ended;
  }

  #heed(line: string): void {
    this.#log.push(line);
    if (this.#log.length > keptLines) this.#log.shift();
    if (!/^\{"level":"(debug|info|warn)"/.test(line)) this.errors.push(`${this.name}: ${line}`);
  }
}

/** A port on which nobody listens, below those that outgoing connections get: nobody takes it while its server is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const free = await once(probe, 'listening').catch(() => undefined);
    probe.close();
    if (free) return port;
  }
}

/** Takes a stream apart. */
function lines(heed: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() as string;
    for (const part of parts) heed(part);
  };
}
