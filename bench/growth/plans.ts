import type { FastifyInstance, InjectOptions } from 'fastify';
import type pg from 'pg';
import type { Database } from '../../packages/server/src/store/database.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import { explain, rowsOf, type Step, stepsOf } from '../../packages/server/test/support/explain.ts';
import { exampleOf } from '../load/plan.ts';
import type { Operation } from '../load/target.ts';
import { loadedTables } from './load-statement.ts';

/** A statement that a request sent, and how PostgreSQL ran it. */
export type PlannedStatement = {
  request: string;
  statement: string;
  /** What was done with tables and indexes, each once. */
  steps: string[];
  /** Pages of tables and indexes that were touched, 8 KiB each. */
  pages: number;
  /** What would cost more with more accounts. */
  faults: string[];
};

/** A server without a socket, and the database it works on. */
export type Inside = { app: FastifyInstance; store: Store; connection: pg.ClientConfig };

/**
 * Sends each request once, and has PostgreSQL explain every statement just before it is sent, in its generic plan: the one that a
 * prepared statement can keep. What belongs to no organisation (sequences, the list of organisations) is not looked at. Requests that
 * write do write.
 *
 * @param accounts how many there are
 * @throws Error when a request is not answered as it should be
 */
export async function planRequests(
  { app, store, connection }: Inside,
  requests: Record<string, Operation>,
  accounts: number,
): Promise<PlannedStatement[]> {
  const planned: PlannedStatement[] = [];
  for (const [request, operation] of Object.entries(requests)) {
    const statements: PlannedStatement[] = [];
    using _ = intercept(store.database, async (organisationId, sent) => {
      const plans = await explain(connection, organisationId, sent);
      for (const [index, plan] of plans.entries())
        statements.push({ request, statement: sent[index]?.name || firstWords(sent[index]), ...judged(plan) });
    });
    const { method, path: url, headers = {}, body, expects } = exampleOf(operation, accounts);
    const answer = await app.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    } as InjectOptions);
    if (!expects.includes(answer.statusCode))
      throw new Error(`${request} was answered ${answer.statusCode}: ${answer.body}`);
    await store.readRecords.flush();
    planned.push(...statements);
  }
  return planned;
}

/** Throws an Error that names every statement which does more than look things up in indexes. */
export function assertIndexed(planned: readonly PlannedStatement[]): void {
  const faults = planned.flatMap(({ request, statement, faults }) =>
    faults.map((fault) => `${request}, ${statement}: ${fault}`),
  );
  if (faults.length > 0) throw new Error(`Not all statements are index look-ups:\n${[...new Set(faults)].join('\n')}`);
}

type Sent = { name: string; text: string; values: unknown[] };

/** Has `before` called ahead of everything that is sent for an organisation, until disposed of. */
function intercept(
  database: Database,
  before: (organisationId: number, sent: readonly Sent[]) => Promise<void>,
): Disposable {
  const { read, lookUp, write } = database;
  database.read = async (...parameters) => {
    const [organisationId, statement, values] = parameters;
    await before(organisationId, [{ ...statement, values }]);
    return read.apply(database, parameters);
  };
  database.lookUp = async (...parameters) => {
    const [organisationId, statement, values] = parameters;
    await before(organisationId, [{ ...statement, values }]);
    return lookUp.apply(database, parameters);
  };
  database.write = async (...parameters) => {
    await before(...parameters);
    return write.apply(database, parameters);
  };
  return {
    [Symbol.dispose]: () => {
      Object.assign(database, { read, lookUp, write });
    },
  };
}

function firstWords(sent: Sent | undefined): string {
  return sent?.text.trim().split(/\s+/).slice(0, 3).join(' ') ?? '';
}

/** Tables that grow with accounts or with what is done to them. */
const growing = new Set<string>([
  ...loadedTables,
  ...[
    'change',
    'change_detail',
    'audit',
    'idempotency',
    'read_record',
    'forgotten_identifier',
    'evidence_request',
    'webhook_delivery',
  ],
]);

/** More rows than the longest page has are no look-up. */
const most = 1_000;

function judged(plan: Step): Pick<PlannedStatement, 'steps' | 'pages' | 'faults'> {
  const steps = stepsOf(plan);
  return {
    steps: [...new Set(steps.filter((step) => step['Actual Loops'] > 0).flatMap(shown))],
    pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
    faults: steps.flatMap(faultsOf),
  };
}

/** A step on a table or an index. Writes of nothing are not shown: a batch has a place for everything that a request may write. */
function shown(step: Step): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index, Operation: operation } = step;
  if (operation !== undefined) {
    const source = step.Plans?.find((one) => one['Parent Relationship'] === 'Outer');
    return source && source['Actual Rows'] > 0 ? [`${operation} ${table}`] : [];
  }
  if (index !== undefined) return [`${type} ${index}`];
  return table === undefined ? [] : [`${type} ${table}`];
}

function faultsOf(step: Step): string[] {
  const { 'Node Type': type, 'Relation Name': table } = step;
  const rows = rowsOf(step);
  // Also where nothing was to be found this time: another request may have it read.
  if (type === 'Seq Scan' && growing.has(table ?? '')) return [`may read all of ${table}`];
  if (rows <= most) return [];
  if (type === 'Sort') return [`sorts ${rows} rows`];
  return table === undefined ? [] : [`reads ${rows} rows of ${table}`];
}
