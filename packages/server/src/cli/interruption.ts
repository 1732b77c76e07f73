import { constants } from 'node:os';

/** Ends a command whose user does not want it any more. */
export class Interrupted extends Error {}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm and our wrapper pass on what the terminal has sent to everybody already: that is one wish, not two. */
const sameWish = 1000;

/**
 * Aborts, with {@link Interrupted} as the reason, at the first SIGINT, SIGTERM or SIGHUP, or when the wrapper that started us
 * is gone (its ipc channel ends). A later signal ends the process at once.
 */
export function whenInterrupted(): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const interrupt = () => {
    since ??= Date.now();
    controller.abort(new Interrupted());
  };
  for (const signal of signals) {
    process.on(signal, () => {
      if (since !== undefined && Date.now() - since > sameWish) process.exit(128 + constants.signals[signal]);
      interrupt();
    });
  }
  process.once('disconnect', interrupt);
  return controller.signal;
}

/** Does `work`, unless the signal comes before its end: then rejects with the signal's reason. */
export async function unless<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
