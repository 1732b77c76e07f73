import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const program = join(
  dirname(createRequire(import.meta.url).resolve('@stoplight/prism-cli/package.json')),
  'dist/index.js',
);
const startPatience = 30_000;

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type Checked = { status: number; headers: Headers; body: any };

/** A proxy that holds requests and responses against an OpenAPI document. */
export type Prism = {
  /** Sends a request through the proxy; fails when it or the response breaks the document. */
  send: (
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ) => Promise<Checked>;
  stop: () => Promise<void>;
};

/** Starts Prism for `document` in front of the server at `upstream`, all on loopback. `headers` go with every request. */
export async function startPrism(document: object, upstream: string, headers: Record<string, string>): Promise<Prism> {
  const directory = mkdtempSync(join(tmpdir(), 'prism-'));
  const file = join(directory, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [program, 'proxy', '--errors', '--host', '127.0.0.1', '--port', String(port), file, upstream],
    { cwd: directory },
  );
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await listening(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    send: (method, path, options = {}) =>
      send(`http://127.0.0.1:${port}${path}`, method, { ...options, headers: { ...headers, ...options.headers } }),
    stop,
  };
}

async function send(
  url: string,
  method: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> },
): Promise<Checked> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? undefined : JSON.parse(text);
  assert.equal(response.headers.get('sl-violations'), null, `${method} ${url}`);
  // What Prism answers itself, instead of the server, is an objection.
  assert.ok(!String(answer?.type).startsWith('https://stoplight.io/prism/'), `${method} ${url}: ${text}`);
  return { status: response.status, headers: response.headers, body: answer };
}

/** Resolves when Prism says that it listens; rejects with its words when it ends before, or takes too long. */
async function listening(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Prism does not start:\n${output}`)), startPatience);
    const hear = (chunk: Buffer) => {
      output += chunk;
      if (!output.includes('Prism is listening')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`Prism has ended:\n${output}`));
    });
  });
}

/** A port that was free a moment ago: Prism cannot choose one itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
