import { digits, shown, table } from '../report.ts';
import type { Growth, GrowthFigure, ScaleFacts } from './growth.ts';
import type { PlannedStatement } from './plans.ts';

const count = (accounts: number) => accounts.toLocaleString('en');

/** The growth part of the report, as Markdown. */
export function growthReport({ postgres, scales, figures }: Growth): string {
  return [
    `${postgres}. A database and a server for each count of accounts, all in one PostgreSQL; loaded in bulk, without history. It was started again when they were there, and took as \`shared_buffers\` what it takes on so much: ${buffersOf(scales)}. Before the rounds all of it was read into them (\`pg_prewarm\`), as far as they go: as after a day of work, not as after a start. Each request is for an account drawn by lot from all of them; \`@\` stands before the connections.`,
    ...[...Map.groupBy(figures, ({ beside }) => beside).values()].map(figureTable),
    'On disk, after loading:',
    sizeTable(scales),
    'What each request has PostgreSQL do, in plans that are the same whatever the values (generic ones), and how many pages of 8 KiB it touches at each count:',
    planList(scales),
    ...faultsOf(scales),
  ].join('\n\n');
}

function buffersOf(scales: readonly ScaleFacts[]): string {
  return scales.map(({ accounts, sharedBuffers }) => `${sharedBuffers} with ${count(accounts)}`).join(', ');
}

function figureTable(figures: readonly GrowthFigure[]): string {
  const smallest = Math.min(...figures.map(({ accounts }) => accounts));
  const rows = figures
    .toSorted((one, other) => one.operation.localeCompare(other.operation) || other.connections - one.connections)
    .map(({ operation, connections, accounts, runs, ratio, errors }) => [
      `${operation} @${connections}`,
      count(accounts),
      shown(runs.map(({ perSecond }) => perSecond)),
      shown(runs.map(({ p50 = Number.NaN }) => p50)),
      shown(runs.map(({ p99 = Number.NaN }) => p99)),
      accounts === smallest ? '' : shown(ratio),
      shown(runs.map(({ elsewhere }) => elsewhere * 100)),
      String(errors),
    ]);
  return table(
    ['', 'accounts', 'a second', 'p50 ms', 'p99 ms', `p50 to ${count(smallest)}`, 'elsewhere, %', 'errors'],
    rows,
  );
}

function sizeTable(scales: readonly ScaleFacts[]): string {
  const rows = scales.flatMap(({ accounts, bytes, loadSeconds, tables }) => [
    [count(accounts), 'whole database', digits(bytes / 1e6), digits(bytes / accounts), '', digits(loadSeconds)],
    ...tables.map(({ table: name, heap, indexes }) => [
      '',
      name,
      digits((heap + indexes) / 1e6),
      digits((heap + indexes) / accounts),
      digits(indexes / accounts),
      '',
    ]),
  ]);
  return table(['accounts', '', 'MB', 'bytes an account', 'of them indexes', 'loaded in s'], rows);
}

/** A paragraph for each statement, which several requests may send: all that they had it do, and the most pages that one of them touched. */
function planList(scales: readonly ScaleFacts[]): string {
  const largest = scales.at(-1)?.plans ?? [];
  const groups = Map.groupBy(largest, ({ statement }) => statement);
  const lines = [...groups].map(([statement, same]) => {
    const requests = [...new Set(same.map(({ request }) => request))];
    const steps = [...new Set(same.flatMap((one) => one.steps))];
    const pages = scales.map(({ plans }) =>
      Math.max(...plans.filter((one) => one.statement === statement).map((one) => one.pages)),
    );
    return `- \`${statement}\` (${requests.length === largestCount(largest) ? 'every request' : requests.join(', ')}): ${pages.join(', ')} pages. ${steps.join(', ')}.`;
  });
  return lines.join('\n');
}

function largestCount(plans: readonly PlannedStatement[]): number {
  return new Set(plans.map(({ request }) => request)).size;
}

function faultsOf(scales: readonly ScaleFacts[]): string[] {
  const faults = scales.flatMap(({ accounts, plans }) =>
    plans.flatMap(({ statement, faults: own }) =>
      own.map((fault) => `- at ${count(accounts)} accounts \`${statement}\` ${fault}`),
    ),
  );
  if (faults.length === 0) return ['Nothing but look-ups in indexes at any of them.'];
  return [`Not look-ups in indexes:\n\n${[...new Set(faults)].join('\n')}`];
}
