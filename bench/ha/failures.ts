import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from '../trouble.ts';
import type { Cluster, Roles } from './cluster.ts';
import type { Figures, Watch } from './watch.ts';

/** What can happen to a cluster. */
export type Failure = {
  name: string;
  /** Seconds for which it lasts. Absent: until the server writes again. */
  lasts?: number;
  /** Begins it, and returns what ends it. */
  begin: (cluster: Cluster, roles: Roles) => Promise<() => void>;
};

const nothing = () => {};

/** In the order in which they are tried. */
export const failures: Record<string, Failure> = {
  kill: {
    name: "the leader's PostgreSQL is killed",
    begin: async (_, { leader }) => {
      leader.killPostgres();
      return nothing;
    },
  },
  'kill-all': {
    name: "the leader's PostgreSQL and Patroni are killed",
    begin: async (_, { leader }) => {
      await leader.killAll();
      return nothing;
    },
  },
  // On one machine even killed processes have sent what they wrote: only this loses what was acknowledged without waiting for a standby.
  stall: {
    name: 'replication stalls, and the leader is killed 3 s later',
    begin: async (_, { leader }) => {
      leader.stallReplication();
      await sleep(3000);
      await leader.killAll();
      return nothing;
    },
  },
  partition: {
    name: 'the leader falls silent, and comes back later',
    begin: async (_, { leader }) => {
      leader.freeze();
      return () => leader.thaw();
    },
  },
  standby: {
    name: 'the synchronous standby falls silent, and comes back later',
    begin: async (_, { synchronous }) => {
      synchronous.freeze();
      return () => synchronous.thaw();
    },
  },
  standbys: {
    name: 'both standbys fall silent, and come back after 45 s',
    lasts: 45, // longer than the server waits for its database
    begin: async ({ nodes }, { leader }) => {
      const standbys = nodes.filter((node) => node !== leader);
      for (const node of standbys) node.freeze();
      return () => {
        for (const node of standbys) node.thaw();
      };
    },
  },
  switchover: {
    name: 'the lead is passed on, as for maintenance',
    begin: async (cluster, roles) => {
      await cluster.switchOver(roles);
      return nothing;
    },
  },
};

export type Suffered = Figures & { name: string; ledBefore: string; ledAfter: string };

/** Longer than this without a write is no failover any more. Milliseconds. */
const patience = 120_000;

/** Has something happen under load, waits until all is well again, and tells what clients saw. */
export async function suffer(cluster: Cluster, failure: Failure, watch: Watch, seconds: number): Promise<Suffered> {
  const before = await cluster.whole();
  await sleep(seconds * 1000);
  const from = performance.now();
  const end = await failure.begin(cluster, before);
  if (failure.lasts === undefined) await writesAgain(failure, watch, from);
  await sleep((failure.lasts ?? seconds) * 1000);
  end();
  const ended = performance.now();
  await writesAgain(failure, watch, ended);
  const after = await cluster.whole();
  await sleep(seconds * 1000);
  const figures = watch.between(from, performance.now());
  return { ...figures, name: failure.name, ledBefore: before.leader.name, ledAfter: after.leader.name };
}

async function writesAgain({ name }: Failure, watch: Watch, since: number): Promise<void> {
  while (!watch.wroteSince(since)) {
    if (performance.now() - since > patience) throw new Trouble(`No write in ${patience / 1000} s after: ${name}.`);
    await sleep(100);
  }
}
