import { loadavg } from 'node:os';
import { commit, machineFacts } from '../report/machine.ts';
import { shown, table } from '../report.ts';
import { clientTimeout } from './client.ts';
import type { Suffered } from './failures.ts';
import { type Written, width } from './load.ts';
import { patience } from './settings.ts';
import { connections, type Throughput } from './throughput.ts';
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

/** The whole report as Markdown. @param directory on the disk that the databases were on */
export function reportOf(outcome: Outcome, directory: string): string {
  const { suffered, throughput } = outcome;
  return `${[
    '# High availability',
    `Written by \`npm run bench:ha\` on ${new Date().toISOString().slice(0, 10)}.`,
    machine(outcome, directory),
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
  return `${name}: no write for ${duration(writeGap)}, no read for ${duration(readGap)}, longest answer ${duration(longest)}`;
}

function machine({ versions }: Outcome, directory: string): string {
  const facts: [string, string][] = [
    ...machineFacts(directory),
    ['Tessera', commit()],
    ['Node', process.versions.node],
    ['From Debian', versions.join(', ')],
    [
      'Load average at the end',
      loadavg()
        .map((one) => one.toFixed(1))
        .join(', '),
    ],
  ];
  return facts.map(([name, value]) => `- ${name}: ${value}`).join('\n');
}

function setting({ seconds }: Outcome): string {
  return `Three PostgreSQL under Patroni (ttl ${patience.ttl} s, loop_wait ${patience.loop_wait} s, retry_timeout ${patience.retry_timeout} s, synchronous_mode_strict), one etcd, one HAProxy and one Tessera, all on
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
    [`longest answer (clients give up after ${clientTimeout / 1000} s)`, duration(longest)],
  ];
  const broken = [...faults].map(([name, detail]) => `- **${name}**: \`${detail}\``).join('\n');
  const kept = `Afterwards every account was read (version and content as last acknowledged), and the whole change log: ${verified.changes} changes, numbered
densely, each creation and each change once, and all as the follower was told it at the time.`;
  return `${table(['', ''], rows)}\n\n${faults.size === 0 ? kept : broken}`;
}

function gaps(suffered: readonly Suffered[]): string {
  const rows = suffered.map(({ name, writeGap, readGap, longest, ledBefore, ledAfter }) => {
    const lead = ledBefore === ledAfter ? 'stays' : 'changes';
    return [name, duration(writeGap), duration(readGap), duration(longest), lead];
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
    ? `Answers other than success came from ${duration(trouble.first)} to ${duration(trouble.last)} after it.`
    : 'All answers were good.';
  return `${table(['', ...words], rows)}\n\n${when}`;
}

function costs({ cluster, single }: Throughput): string {
  const ratios = cluster.rates.map((rate, round) => rate / (single.rates[round] ?? Number.NaN));
  const rows = [
    ['on the cluster', shown(cluster.rates), shown(ratios), String(cluster.errors)],
    ['on one PostgreSQL', shown(single.rates), '', String(single.errors)],
  ];
  return `${table([`creations, ${connections} connections`, 'a second', 'ratio of the rounds', 'errors'], rows)}

Medians of the rounds, which were taken in turns, and their spread in brackets. All three PostgreSQL of the cluster share the processors
and the disk of the one.`;
}

function duration(seconds: number): string {
  return seconds >= 1 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1000)} ms`;
}
