/** The state of one window, for the RateLimit header fields. */
export type Quota = {
  policy: string;
  limit: number;
  window: number;
  remaining: number;
  reset: number;
  allowed: boolean;
};

type Window = { end: number; used: number };

/** Milliseconds between looks for what is over. */
const rest = 1000;

/** 50,000 windows of a policy are 10 MB. There are more only where somebody makes up addresses or numbers. */
const mostInGeneration = 25_000;

/**
 * The windows of one policy, all of one length, in two generations: those opened in the last while of that length, and those from before it.
 * Whatever is in the older one when the younger takes its place is over, and goes without being looked at; so do the oldest when there are
 * too many.
 */
class Windows {
  readonly #length: number;
  #young = new Map<string, Window>();
  #old = new Map<string, Window>();
  #youngUntil = 0;

  /** @param length milliseconds */
  constructor(length: number) {
    this.#length = length;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The key's window; if none is open, one opens. */
  at(key: string, now: number): Window {
    const known = this.#young.get(key) ?? this.#old.get(key);
    if (known && now < known.end) return known;
    if (this.#young.size >= mostInGeneration) this.#age(now);
    const opened = { end: now + this.#length, used: 0 };
    this.#young.set(key, opened);
    return opened;
  }

  /** Forgets what is over. */
  sweep(now: number): void {
    if (now >= this.#youngUntil) this.#age(now);
  }

  #age(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngUntil = now + this.#length;
  }
}

/** Never set back or forward. Whole milliseconds, so that sums and differences of them are exact. */
const wholeMilliseconds = () => Math.floor(performance.now());

/**
 * Fixed windows that open with the first request after the previous one ended; refused requests use nothing up (entur.md 1.5).
 * State is this process's own. Of n processes that share the requests each allows an n-th, rounded up (architecture.md, Settled 8):
 * together at most n - 1 above the limit, and never nothing. What a quota says is the share of this process, so that a client
 * reads what holds for the connection that it asks on.
 */
export class RateLimiter {
  /** By policy, so that a flood that one of them counts drives out no windows of another. */
  readonly #windows = new Map<string, Windows>();
  readonly #clock: () => number;
  readonly #processes: number;
  #sweepAt = 0;

  /**
   * @param processes how many share the requests
   * @param clock milliseconds, monotonic and whole
   */
  constructor(processes = 1, clock: () => number = wholeMilliseconds) {
    this.#processes = processes;
    this.#clock = clock;
  }

  /** How many windows are remembered. */
  get size(): number {
    let sum = 0;
    for (const { size } of this.#windows.values()) sum += size;
    return sum;
  }

  /**
   * Takes one request of `whole` (of all processes together) per `window` seconds for the key.
   *
   * @param window always the same for a policy
   */
  take(key: string, policy: string, whole: number, window: number): Quota {
    const limit = Math.ceil(whole / this.#processes);
    const now = this.#clock();
    if (now >= this.#sweepAt) this.#sweep(now);
    const state = this.#of(policy, window).at(key, now);
    const allowed = state.used < limit;
    if (allowed) state.used += 1;
    const reset = Math.ceil((state.end - now) / 1000);
    return { policy, limit, window, remaining: limit - state.used, reset, allowed };
  }

  #of(policy: string, window: number): Windows {
    const known = this.#windows.get(policy);
    if (known) return known;
    const windows = new Windows(window * 1000);
    this.#windows.set(policy, windows);
    return windows;
  }

  /** Costs a step for each policy: of those there are a handful. */
  #sweep(now: number): void {
    this.#sweepAt = now + rest;
    for (const windows of this.#windows.values()) windows.sweep(now);
  }
}

/** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimitHeaders({ policy, limit, window, remaining, reset }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${window}`,
    RateLimit: `"${policy}";r=${remaining};t=${reset}`,
  };
}
