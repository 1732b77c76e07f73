import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from '../trouble.ts';
import type { Kind, Watch } from './watch.ts';

/** After so long a client gives up: everything has to be answered before. Milliseconds. */
export const clientTimeout = 40_000;

/** Until the same request is sent again. Less than Retry-After asks for: the gap should be the server's, not the client's. */
const pause = 250;

/** For so long a request is repeated: more than any failure here takes. */
const persistence = 240_000;

export type Request = { method: string; path: string; headers?: Record<string, string>; body?: object };
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string };

/** Sends requests with one key and notes how each ended. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #origin: { host: string; port: string };
  readonly #key: string;
  readonly #watch: Watch;

  constructor(url: string, key: string, watch: Watch) {
    const { hostname: host, port } = new URL(url);
    this.#origin = { host, port };
    this.#key = key;
    this.#watch = watch;
  }

  /** Sends a request once. Undefined when no answer came. */
  async once(kind: Kind, { method, path, headers = {}, body }: Request): Promise<Answer | undefined> {
    const began = performance.now();
    try {
      const answer = await this.#exchange(method, path, headers, body === undefined ? '' : JSON.stringify(body));
      const retryAfter = answer.headers['retry-after'];
      const word = answer.status === 503 && !retryAfter ? '503 without Retry-After' : String(answer.status);
      this.#watch.note(kind, word, began, answer.text);
      return answer;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#watch.note(kind, code === 'LATE' ? 'no answer in time' : 'no answer', began, message);
      return undefined;
    }
  }

  /** Repeats a request until it is answered otherwise than by 503. Throws when that takes too long. */
  async until(kind: Kind, request: Request): Promise<Answer> {
    const began = performance.now();
    for (;;) {
      const answer = await this.once(kind, request);
      if (answer && answer.status !== 503) return answer;
      if (performance.now() - began > persistence)
        throw new Trouble(
          `${request.method} ${request.path} has had no answer for ${persistence / 1000} s: ${answer?.text ?? ''}`,
        );
      await sleep(pause * (0.5 + Math.random()));
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(method: string, path: string, own: Record<string, string>, payload: string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(payload === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      ...own,
    };
    const sent = request({ ...this.#origin, method, path, agent: this.#agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    const late = Object.assign(new Error(`no answer within ${clientTimeout / 1000} s`), { code: 'LATE' });
    const timer = setTimeout(() => sent.destroy(late), clientTimeout);
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.end(payload);
    return promise;
  }
}
