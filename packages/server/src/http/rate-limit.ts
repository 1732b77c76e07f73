/** The state of one window, for the RateLimit header fields. */
export type Quota = {
  policy: string;
  limit: number;
  window: number;
  remaining: number;
  reset: number;
  allowed: boolean;
};

type Window = { start: number; used: number };

/**
 * Fixed windows that open with the first request after the previous one ended; refused requests use nothing up (entur.md 1.5).
 * State is this process's own.
 */
export class RateLimiter {
  readonly #windows = new Map<string, Window>();
  readonly #clock: () => number;
  #sweepAt = 0;

  /** @param clock milliseconds, monotonic enough */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** Takes one request of `limit` per `window` seconds for the key. */
  take(key: string, policy: string, limit: number, window: number): Quota {
    const now = this.#clock();
    this.#sweep(now);
    let state = this.#windows.get(key);
    if (!state || now >= state.start + window * 1000) {
      state = { start: now, used: 0 };
      this.#windows.set(key, state);
    }
    const allowed = state.used < limit;
    if (allowed) state.used += 1;
    const reset = Math.max(1, Math.ceil((state.start + window * 1000 - now) / 1000));
    return { policy, limit, window, remaining: limit - state.used, reset, allowed };
  }

  /** Forgets windows that are long over, so that addresses seen once do not pile up. */
  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + 60_000;
    for (const [key, { start }] of this.#windows) if (start < now - 60_000) this.#windows.delete(key);
  }
}

/** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimitHeaders({ policy, limit, window, remaining, reset }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${window}`,
    RateLimit: `"${policy}";r=${remaining};t=${reset}`,
  };
}
