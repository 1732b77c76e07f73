import type { Mix, Operation } from '../load/target.ts';
import { runWrk } from '../load/wrk.ts';
import { type Pgbench, runPgbench, type Transaction } from '../references/pgbench.ts';
import type { Measured, Variant } from './variant.ts';
import { type Parties, watched } from './watch.ts';

/** Where requests go, and who works on them. */
export type Served = Parties & { url: string; workspace: string; accounts: number };

/** Requests to a server over so many connections. */
export function requests(name: string, served: Served, what: Operation | Mix, connections: number): Variant {
  const mix = Array.isArray(what) ? what : [{ operation: what as Operation, weight: 1 }];
  const { url, workspace, accounts } = served;
  return {
    name,
    connections,
    run: async (seconds): Promise<Measured> => {
      const load = { url, mix, connections, seconds, accounts };
      const { result, cost, elsewhere } = await watched(served, () => runWrk(workspace, load));
      const { requests: count, seconds: took, wrong, failed, statuses, p50, p99 } = result;
      const errors = wrong + failed + (count === 0 ? connections : 0); // silence is no success
      return { requests: count, perSecond: count / took, errors, statuses, p50, p99, cost, elsewhere };
    },
  };
}

/** A transaction that pgbench repeats with so many clients. */
export function transactions(
  name: string,
  pgbench: Pgbench,
  postgres: number,
  what: Transaction,
  clients: number,
): Variant {
  return {
    name,
    connections: clients,
    run: async (seconds): Promise<Measured> => {
      const work = () => runPgbench(pgbench, what, clients, seconds);
      const { result, cost, elsewhere } = await watched({ server: [], postgres: [postgres] }, work);
      const { transactions: count, perSecond, failed } = result;
      return { requests: count, perSecond, errors: failed, cost, elsewhere };
    },
  };
}
