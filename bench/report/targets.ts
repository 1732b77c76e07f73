import type { Outcome } from '../outcome.ts';
import { shown, summary, table } from '../report.ts';
import { bestOf, ratios } from './tables.ts';

type Target = {
  what: string;
  /** At least, or below when it is a limit. */
  bound: number;
  limit?: boolean;
  unit: string;
  stretch?: number;
  /** One of each round; empty: not measured. */
  values: number[];
  /** Why what was measured decides nothing. */
  undecided?: string | undefined;
};

const dialects = ['native', 'openactive', 'imin', 'entur'];
const reads = [
  ...dialects.map((one) => `get ${one}`),
  'get entur profile',
  'get, not modified',
  'get heavy',
  'scan pass',
  'eligibility',
  'list page',
];
const writes = ['create native', 'create imin', 'patch', 'update action'];

/** Every target of the issue: what was asked, what was measured, and whether it is met by the median of the rounds. */
export function targetTable(outcome: Outcome): string {
  const rows = targetsOf(outcome).map(({ what, bound, limit, unit, stretch, values, undecided }) => {
    const wanted = `${limit ? 'below' : 'at least'} ${bound}${unit}${stretch === undefined ? '' : `, stretch ${stretch}${unit}`}`;
    if (values.length === 0) return [what, wanted, 'not measured', ''];
    const { median } = summary(values);
    const met = limit ? median < bound : median >= bound;
    const far = stretch !== undefined && median >= stretch ? ', the stretch too' : '';
    return [what, wanted, shown(values, unit), undecided ?? (met ? `met${far}` : '**missed**')];
  });
  return table(['target', 'asked', 'measured', ''], rows);
}

function targetsOf(outcome: Outcome): Target[] {
  const { results, best } = outcome;
  const of = (title: string) => results.get(title) ?? [];
  const toBest = (title: string, reference: string) => {
    const titles = best.get(reference) ?? [];
    return titles.length === 0 ? [] : ratios(of(title), bestOf(results, titles));
  };
  const to = (title: string, other: string) => {
    const others = of(other).map(({ perSecond }) => perSecond);
    return others.length === 0 ? [] : ratios(of(title), others);
  };
  const x = ' x';
  const creates = ['create native', 'create imin'];
  return [
    ...dialects.map((one) => ({
      what: `get ${one} @64 to pgbench's best for the same read`,
      bound: 0.8,
      stretch: 1,
      unit: x,
      values: toBest(`get ${one} @64`, 'read'),
    })),
    {
      what: "get native @64 with WORKERS=2 to pgbench's best for the same read",
      bound: 0.8,
      unit: x,
      values: toBest('two workers: get native @64', 'read'),
    },
    ...dialects.map((one) => ({
      what: `get ${one} @64 to parse-server's get`,
      bound: 10,
      unit: x,
      values: to(`get ${one} @64`, 'parse-server: get @64'),
    })),
    ...creates.map((one) => ({
      what: `${one} @64 to pgbench's best for the same rows`,
      bound: 1,
      stretch: 1.5,
      unit: x,
      values: toBest(`${one} @64`, 'create'),
    })),
    {
      what: "create native @64 with WORKERS=2 to pgbench's best for the same rows",
      bound: 1,
      unit: x,
      values: toBest('two workers: create native @64', 'create'),
    },
    ...creates.map((one) => ({
      what: `${one} @64 to parse-server's create`,
      bound: 10,
      unit: x,
      values: to(`${one} @64`, 'parse-server: create @64'),
    })),
    {
      what: "patch @64 to pgbench's best for the same rows",
      bound: 0.8,
      unit: x,
      values: toBest('patch @64', 'patch'),
    },
    ...[...reads.map((one) => [one, 25] as const), ...writes.map((one) => [one, 50] as const)].map(([one, bound]) => ({
      what: `p99 of ${one} @64`,
      bound,
      limit: true,
      unit: ' ms',
      values: of(`${one} @64`).flatMap(({ p99 }) => p99 ?? []),
    })),
    ...(['get', 'create'] as const).map((one) => ({
      what: `${one} native @1 to bare Fastify with plain prepared statements`,
      bound: 0.95,
      unit: x,
      values: to(`${one} native @1`, `bare Fastify: ${one} @1`),
    })),
    ...growthTargets(outcome),
    ...processTargets(outcome),
  ];
}

/** What no server can exceed that is written with this HTTP library; undefined where it was not measured. */
export function floorText({ results, best }: Outcome): string | undefined {
  const titles = best.get('read') ?? [];
  const constant = results.get('bare Fastify: constant @64') ?? [];
  if (titles.length === 0 || constant.length === 0) return undefined;
  const measured = shown(ratios(constant, bestOf(results, titles)), ' x');
  return `For comparison: a bare Fastify that answers a constant of the same size, asks no database and checks nothing reaches ${measured} of pgbench's best for the same read.`;
}

function growthTargets({ growth }: Outcome): Target[] {
  const asked = 10_000_000;
  const most = Math.max(0, ...(growth?.figures ?? []).map(({ accounts }) => accounts));
  return ['get native', 'scan pass'].map((operation) => ({
    what: `p50 of ${operation} @64 at ${(most || asked).toLocaleString('en')} accounts to that at 10 thousand`,
    bound: 1.3,
    limit: true,
    unit: ' x',
    values:
      growth?.figures.find((one) => one.operation === operation && one.accounts === most && one.connections === 64)
        ?.ratio ?? [],
    undecided: most < asked ? 'asked of 10 million: `--scale 10m`' : undefined,
  }));
}

function processTargets({ loaded, started }: Outcome): Target[] {
  const starts = started.map(({ database, ready }) => ({
    what: `ready on a database that is there, ${database === 'embedded' ? 'the embedded one' : database}`,
    bound: 1000,
    limit: true,
    unit: ' ms',
    values: ready,
  }));
  const rss = { bound: 200, limit: true, unit: ' MB' };
  return [{ what: 'most RSS of the server at any time of the rounds', ...rss, values: [loaded.peak] }, ...starts];
}
