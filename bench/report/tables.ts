import type { Results } from '../measure/rounds.ts';
import type { Measured } from '../measure/variant.ts';
import type { Tried } from '../references/best.ts';
import { digits, shown, table } from '../report.ts';

/** Against what a variant is compared: its name, and the name of the reference. */
const comparisons: [RegExp, string][] = [
  [/(^|: )get(?! heavy|, not| entur profile)/, 'read'],
  [/^scan pass /, 'scan'],
  [/^eligibility /, 'eligibility'],
  [/(^|: )create /, 'create'],
  [/(^|: )patch /, 'patch'],
];

/** Rates of all variants, and their ratio to what PostgreSQL itself did in the same round. */
export function rateTable(results: Results, references: Map<string, string[]>): string {
  const rows = [...results].map(([title, measured]) => {
    const name = comparisons.find(([pattern]) => pattern.test(title))?.[1];
    const best = name === undefined ? undefined : references.get(name);
    return [
      title,
      shown(measured.map(({ perSecond }) => perSecond)),
      best ? shown(ratios(measured, bestOf(results, best))) : '',
      times(measured, 'p50'),
      times(measured, 'p99'),
      errorsOf(measured),
    ];
  });
  return table(['', 'a second', 'ratio to pgbench', 'p50 ms', 'p99 ms', 'errors'], rows);
}

/** In each round the fastest of these. */
export function bestOf(results: Results, titles: readonly string[]): number[] {
  const all = titles.map((title) => results.get(title) ?? []);
  return (all[0] ?? []).map((_, round) => Math.max(...all.map((one) => one[round]?.perSecond ?? 0)));
}

/** Of each round. */
export function ratios(measured: readonly Measured[], reference: readonly number[]): number[] {
  return measured.map(({ perSecond }, round) => perSecond / (reference[round] ?? Number.NaN));
}

/** What one request cost whom, microseconds of processor time. */
export function costTable(results: Results): string {
  const rows = [...results].map(([title, measured]) => [
    title,
    ...(['client', 'server', 'postgres'] as const).map((party) => {
      const each = measured.flatMap(({ cost, requests }) => (requests === 0 ? [] : (cost[party] * 1e6) / requests));
      return each.every((value) => value === 0) ? '' : shown(each);
    }),
    shown(measured.map(({ elsewhere }) => elsewhere * 100)),
  ]);
  return table(['us each', 'client', 'server', 'PostgreSQL', 'elsewhere, % of the machine'], rows);
}

/** How the references did at each count of clients, of which the best went into the rounds. */
export function triedTable(tried: readonly Tried[]): string {
  return table(
    ['tried once', 'a second'],
    tried.map(({ title, measured }) => [title, digits(measured.perSecond)]),
  );
}

function times(measured: readonly Measured[], which: 'p50' | 'p99'): string {
  const values = measured.flatMap((one) => one[which] ?? []);
  return values.length === 0 ? '' : shown(values);
}

function errorsOf(measured: readonly Measured[]): string {
  const errors = measured.reduce((sum, one) => sum + one.errors, 0);
  if (errors === 0) return '0';
  const statuses: Record<string, number> = {};
  for (const one of measured)
    for (const [status, count] of Object.entries(one.statuses ?? {}))
      statuses[status] = (statuses[status] ?? 0) + count;
  if (Object.keys(statuses).length === 0) return `${errors} (no answers)`;
  return `${errors} (${Object.entries(statuses)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')})`;
}
