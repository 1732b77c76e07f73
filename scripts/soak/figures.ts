import type { Receiver } from './receiver.ts';
import type { Record } from './record.ts';
import type { Written } from './writers.ts';

/** What was done, and how quickly; times in milliseconds. */
export type Figures = {
  changes: number;
  changesPerSecond: number;
  kills: number;
  repeatedRequests: number;
  reconnects: number;
  /** Messages by webhook-id, the requests they took, and those requests that came although the message had been accepted. */
  messages: number;
  requests: number;
  duplicates: number;
  /** What the receiver did, and what the workers recorded, by result. */
  answers: { result: string; count: number }[];
  attempts: { result: string; count: number }[];
  /** From the beginning of the request that made a change to its first message, and to the first that was accepted. */
  toArrival: Spread;
  toAcceptance: Spread;
  /** From the last change until everything had arrived. */
  settling: number;
};

export type Spread = { p50: number; p99: number; max: number };

export type Measured = {
  record: Record;
  receiver: Receiver;
  written: Written;
  /** Milliseconds. */
  writing: number;
  settling: number;
  kills: number;
  reconnects: number;
};

/** @returns the figures of a soak */
export function figuresOf({ record, receiver, written, writing, settling, kills, reconnects }: Measured): Figures {
  const messages = [...receiver.messages.values()];
  const native = messages.filter(({ path }) => path.endsWith('/native'));
  const since = (instant: (typeof messages)[number]['arrivedAt'] | undefined, text: string) =>
    instant === undefined ? [] : [instant - Date.parse(JSON.parse(text).timestamp)];
  const changes = record.logs.reduce((sum, { newest }) => sum + newest, 0);
  return {
    changes,
    changesPerSecond: (changes * 1000) / writing,
    kills,
    repeatedRequests: written.lost + written.refused,
    reconnects,
    messages: messages.length,
    requests: messages.reduce((sum, message) => sum + message.requests, 0),
    duplicates: messages.reduce((sum, message) => sum + message.unneeded, 0),
    answers: Object.entries(receiver.answers).map(([result, count]) => ({ result, count })),
    attempts: record.attempts,
    toArrival: spreadOf(native.flatMap(({ arrivedAt, text }) => since(arrivedAt, text))),
    toAcceptance: spreadOf(native.flatMap(({ acceptedAt, text }) => since(acceptedAt[0], text))),
    settling,
  };
}

/** @param values in any order */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN };
}

/** The figures as text for people. */
export function figuresText(figures: Figures): string {
  const { changes, changesPerSecond, kills, repeatedRequests, reconnects, messages, requests, duplicates } = figures;
  const spread = ({ p50, p99, max }: Spread) => `p50 ${ms(p50)}, p99 ${ms(p99)}, longest ${ms(max)}`;
  const counts = (list: Figures['answers']) => list.map(({ result, count }) => `${count} ${result}`).join(', ');
  const rows = {
    changes: `${changes}, ${changesPerSecond.toFixed(0)} a second`,
    'kill -9': `${kills} times; ${repeatedRequests} requests repeated, ${reconnects} reconnects of followers`,
    deliveries: `${messages} in ${requests} requests`,
    duplicates: `${duplicates} (${((100 * duplicates) / requests).toFixed(2)} % of the requests)`,
    'the receiver': counts(figures.answers),
    'the workers': counts(figures.attempts),
    'to the first request': spread(figures.toArrival),
    'to acceptance': spread(figures.toAcceptance),
    'all there after': ms(figures.settling),
  };
  return Object.entries(rows)
    .map(([name, text]) => `${name.padEnd(22)}${text}`)
    .join('\n');
}

function ms(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
