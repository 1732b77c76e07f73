import { cpus, loadavg, totalmem } from 'node:os';
import { clientTimeout } from './client.ts';
import type { Suffered } from './failures.ts';
import { type Written, width } from './load.ts';
import { patience } from './settings.ts';
import type { Throughput } from './throughput.ts';
import type { Verified } from './verify.ts';

export type Outcome = {
  versions: readonly string[];
  /** Of load before and after each failure. */
  seconds: number;
  suffered: readonly Suffered[];
  written: Written;
  verified: Verified;
  throughput: Throughput;
  /** Promises that were broken, with what was seen. */
  faults: ReadonlyMap<string, string>;
};

/** The whole report as Markdown. */
export function reportOf(outcome: Outcome): string {
  const { suffered, throughput } = outcome;
  return `${[
    '# High availability',
    setting(outcome),
    '## What was promised',
    promises(outcome),
    '## What clients saw',
    gaps(suffered),
    ...suffered.flatMap((one) => [`### ${one.name}`, answers(one)]),
    '## What it costs',
    costs(throughput),
  ].join('\n\n')}\n`;
}

/** One failure in a line. */
export function lineOf({ name, writeGap, readGap, longest }: Suffered): string {
  return `${name}: no write for ${shown(writeGap)}, no read for ${shown(readGap)}, longest answer ${shown(longest)}`;
}

function setting({ versions, seconds }: Outcome): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const load = loadavg().map((one) => one.toFixed(1));
  return `Measured ${new Date().toISOString().slice(0, 10)} by \`npm run bench:ha\` on ${cpus().length} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${process.arch};
load average at the end ${load.join(', ')}. Node ${process.versions.node}; from Debian: ${versions.join(', ')}.

Three PostgreSQL under Patroni (ttl ${patience.ttl} s, loop_wait ${patience.loop_wait} s, retry_timeout ${patience.retry_timeout} s, synchronous_mode_strict), one etcd, one HAProxy and one Tessera, all on
this machine with the clients. ${width.creators} clients create accounts, ${width.patchers} change them, ${width.readers} read them; one follows the change log, one asks \`/readyz\`. What is
not answered well is sent again after about 250 ms, a creation under the same Idempotency-Key, until it succeeds. ${seconds} s of load before
and after each failure.`;
}

function promises({ suffered, written, verified, faults }: Outcome): string {
  const { creates, patches } = written;
  const longest = Math.max(...suffered.map((one) => one.longest));
  const rows = [
    ['acknowledged writes', `${creates} creations, ${patches} changes`],
    ['of them lost', String(verified.lost)],
    ['accounts made twice, gaps in the change log, stale reads', faults.size === 0 ? '0' : 'see below'],
    ['answers other than success and 503 with Retry-After', faults.size === 0 ? '0' : 'see below'],
    [`longest answer (clients give up after ${clientTimeout / 1000} s)`, shown(longest)],
  ];
  const broken = [...faults].map(([name, detail]) => `- **${name}**: \`${detail}\``).join('\n');
  const kept = `Afterwards every account was read (version and content as last acknowledged), and the whole change log: ${verified.changes} changes, numbered
densely, each creation and each change once, and all as the follower was told it at the time.`;
  return `${table(['', ''], rows)}\n\n${faults.size === 0 ? kept : broken}`;
}

function gaps(suffered: readonly Suffered[]): string {
  const rows = suffered.map(({ name, writeGap, readGap, longest, ledBefore, ledAfter }) => {
    const lead = ledBefore === ledAfter ? 'stays' : 'changes';
    return [name, shown(writeGap), shown(readGap), shown(longest), lead];
  });
  return table(['failure', 'no write for', 'no read for', 'longest answer', 'leader'], rows);
}

/** How often each answer came, by kind of request. */
function answers({ counts, trouble }: Suffered): string {
  const entries = [...counts].map(([name, count]) => ({
    kind: name.split(' ')[0] ?? '',
    word: name.slice(name.indexOf(' ') + 1),
    count,
  }));
  const words = [...new Set(entries.map(({ word }) => word))].sort();
  const kinds = [...new Set(entries.map(({ kind }) => kind))];
  const count = (kind: string, word: string) =>
    entries.find((one) => one.kind === kind && one.word === word)?.count ?? 0;
  const rows = kinds.map((kind) => [kind, ...words.map((word) => String(count(kind, word)))]);
  const when = trouble
    ? `Answers other than success came from ${shown(trouble.first)} to ${shown(trouble.last)} after it.`
    : 'All answers were good.';
  return `${table(['', ...words], rows)}\n\n${when}`;
}

function costs({ cluster, single }: Throughput): string {
  const median = (values: readonly number[]) => [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;
  const spread = (values: readonly number[]) =>
    `${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`;
  const row = (name: string, values: readonly number[]) => [name, String(Math.round(median(values))), spread(values)];
  const rows = [row('on the cluster', cluster), row('on one PostgreSQL', single)];
  return `${table(['creations per second, 64 connections', 'median', 'of all rounds'], rows)}

Ratio ${(median(cluster) / median(single)).toFixed(2)}. The rounds were taken in turns. All three PostgreSQL of the cluster share the processors and the disk of the one.`;
}

function shown(seconds: number): string {
  return seconds >= 1 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1000)} ms`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
