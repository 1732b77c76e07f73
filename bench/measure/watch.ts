import { readFileSync } from 'node:fs';
import { processorTime, processorTimeOfEnded } from './processes.ts';
import type { Cost } from './variant.ts';

/** Who takes part in a run besides the client, which is a process that the run starts and waits for. */
export type Parties = { server: readonly number[]; postgres: readonly number[] };

/** Does work, and tells what processor time it cost whom. */
export async function watched<T>(
  { server, postgres }: Parties,
  work: () => Promise<T>,
): Promise<{ result: T; cost: Cost; elsewhere: number }> {
  const now = () => ({
    client: processorTimeOfEnded(),
    server: processorTime(server),
    postgres: processorTime(postgres),
    ...machine(),
  });
  const before = now();
  const result = await work();
  const after = now();
  const cost = {
    client: after.client - before.client,
    server: after.server - before.server,
    postgres: after.postgres - before.postgres,
  };
  const busy = after.busy - before.busy;
  const ours = cost.client + cost.server + cost.postgres;
  return { result, cost, elsewhere: Math.max(0, busy - ours) / (after.all - before.all) };
}

/** Seconds that the processors were busy (or held back by the host), and all seconds. */
function machine(): { busy: number; all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0] = line
    .replace(/^cpu\s+/, '')
    .split(' ')
    .map((ticks) => Number(ticks) / 100);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, all: busy + idle + waiting };
}
