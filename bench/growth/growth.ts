import type { Results } from '../measure/rounds.ts';
import { runRounds } from '../measure/rounds.ts';
import { type Measured, titleOf, type Variant } from '../measure/variant.ts';
import { requests } from '../measure/variants.ts';
import { type Database, startPostgres } from '../stage/database.ts';
import { type PlannedStatement, planRequests } from './plans.ts';
import { measured, operationsOf, plannedRequests } from './requests.ts';
import { assertRoom } from './scales.ts';
import { inside, openScale, type Scale, warm } from './stage.ts';

export type GrowthOptions = {
  /** Counts of accounts, smallest first: those of `scalesOf`. */
  counts: readonly number[];
  rounds: number;
  /** Of each run. */
  seconds: number;
  /** Before the rounds, of each variant. */
  warmUp: number;
};

/** A table on disk, bytes; `heap` with what is kept out of line. */
export type TableSize = { table: string; heap: number; indexes: number };

/** What one count of accounts costs, before the rounds. */
export type ScaleFacts = {
  accounts: number;
  loadSeconds: number;
  /** What PostgreSQL started with, once they were there. */
  sharedBuffers: string;
  /** Of the whole database. */
  bytes: number;
  tables: TableSize[];
  plans: PlannedStatement[];
};

export type GrowthFigure = {
  operation: string;
  connections: number;
  accounts: number;
  /** The larger count of accounts of the rounds in which it was measured: the smallest is measured beside each. */
  beside: number;
  /** One for each round. */
  runs: Measured[];
  /** p50 of each round as a ratio to that of the smallest scale in the same round. */
  ratio: number[];
  errors: number;
};

/** `postgres`: version, and what of its settings matters here. */
export type Growth = { postgres: string; scales: ScaleFacts[]; warmUps: Measured[]; figures: GrowthFigure[] };

const connectionCounts = [64, 1];

/**
 * Measures the same requests at several counts of accounts, each in a database of its own of one PostgreSQL (the embedded one with its
 * own settings), each with a server of its own. Each larger count is interleaved with the smallest in rounds, and then dropped: there is
 * never more than one of them on the disk. Requests are for accounts drawn by lot from all of them.
 *
 * @param workspace a directory; what is made there is left to whoever made it
 * @throws Error with a sentence when the disk has not enough room: then nothing was done
 */
export async function measureGrowth(
  workspace: string,
  options: GrowthOptions,
  tell: (line: string) => void,
): Promise<Growth> {
  const [smallest, ...larger] = options.counts;
  if (smallest === undefined) throw new Error('There is nothing to compare.');
  await assertRoom(workspace, options.counts);
  await using open = new AsyncDisposableStack();
  const postgres = await startPostgres(workspace, 'embedded');
  open.defer(postgres.stop);
  const opened = async (accounts: number, until: AsyncDisposableStack) => {
    tell(`Loading ${accounts.toLocaleString('en')} accounts ...`);
    const scale = await openScale(workspace, postgres, accounts);
    until.defer(scale.close);
    tell(`loaded in ${scale.loadSeconds.toFixed(0)} s`);
    return { scale, facts: await factsOf(scale) };
  };
  const least = await opened(smallest, open);
  const growth: Growth = { postgres: await describe(postgres), scales: [least.facts], warmUps: [], figures: [] };
  for (const accounts of larger) {
    await using pass = new AsyncDisposableStack();
    const { scale, facts } = await opened(accounts, pass);
    growth.scales.push(facts);
    const asked = [least.scale, scale].flatMap((one) => variantsOf(workspace, one));
    const variants = asked.map(({ variant }) => variant);
    for (const one of [least.scale, scale]) await warm(one);
    for (const variant of variants) growth.warmUps.push(await variant.run(options.warmUp));
    growth.figures.push(...figuresOf(asked, accounts, await runRounds(variants, options, tell)));
  }
  return growth;
}

async function factsOf(scale: Scale): Promise<ScaleFacts> {
  const { accounts, database, tenant, logBegin, loadSeconds } = scale;
  const [whole] = await database.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  const sizes = await database.query<{ table: string; heap: string; indexes: string }>(
    `select relname as table, pg_table_size(oid) as heap, pg_indexes_size(oid) as indexes from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 1024 * 1024 order by pg_total_relation_size(oid) desc`,
  );
  const tables = sizes.map(({ table, heap, indexes }) => ({ table, heap: Number(heap), indexes: Number(indexes) }));
  const plans = await inside(scale, (server) => planRequests(server, plannedRequests(tenant, logBegin), accounts));
  const [{ shared_buffers: sharedBuffers } = { shared_buffers: '' }] = await database.query<{ shared_buffers: string }>(
    'show shared_buffers',
  );
  return { accounts, loadSeconds, sharedBuffers, bytes: Number(whole?.bytes), tables, plans };
}

type Asked = { accounts: number; operation: string; variant: Variant };

function variantsOf(workspace: string, { accounts, database, tenant, server }: Scale): Asked[] {
  const served = { url: server.url, workspace, accounts, server: [server.pid], postgres: [database.pid] };
  const operations = operationsOf(tenant);
  return measured.flatMap((operation) =>
    connectionCounts.map((connections) => {
      const name = `${operation}, ${accounts.toLocaleString('en')} accounts`;
      return { accounts, operation, variant: requests(name, served, operations[operation], connections) };
    }),
  );
}

function figuresOf(asked: readonly Asked[], beside: number, results: Results): GrowthFigure[] {
  const runsOf = ({ variant }: Asked) => results.get(titleOf(variant)) ?? [];
  return asked.map((one) => {
    const { operation, accounts, variant } = one;
    const { connections } = variant;
    const runs = runsOf(one);
    // The scales are in order: the first of the same kind is the smallest.
    const smallest = asked.find((other) => other.operation === operation && other.variant.connections === connections);
    const least = smallest ? runsOf(smallest) : [];
    return {
      operation,
      connections,
      accounts,
      beside,
      runs,
      ratio: runs.map(({ p50 }, round) => (p50 ?? Number.NaN) / (least[round]?.p50 ?? Number.NaN)),
      errors: runs.reduce((sum, { errors }) => sum + errors, 0),
    };
  });
}

async function describe(postgres: Database): Promise<string> {
  const [row] = await postgres.query<{ commit: string; fsync: string }>(
    `select current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync`,
  );
  return `PostgreSQL ${postgres.version}, synchronous_commit ${row?.commit}, fsync ${row?.fsync}`;
}
