import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, shown } from '../report.ts';
import { openStage } from './stage.mjs';

const accounts = 200;
const timeout = 2;

/**
 * (c) What an endpoint that never answers does to one that does, at the same host and port. Both get every change; attempts take two
 * seconds and are repeated every second, so that the dead one makes as much work as it can.
 */
export async function measureDeadEndpoint(directory, { seconds, rounds, perSecond }) {
  const environment = {
    WEBHOOK_TIMEOUT_SECONDS: String(timeout),
    WEBHOOK_RETRY_SECONDS: Array(30).fill(1).join(),
  };
  const stage = await openStage(directory, { workerInside: true, environment });
  const found = { alone: { p50: [], p99: [] }, beside: { p50: [], p99: [] } };
  try {
    const made = await stage.client.createMany(accounts);
    const healthy = await stage.subscribe('/ok', { kinds: ['account.updated'] });
    const dead = await stage.subscribe('/dead', { kinds: ['account.updated'] });
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, state] of [
        ['alone', 'disabled'],
        ['beside', 'enabled'],
      ]) {
        await stage.setState(dead, state);
        await sleep(timeout * 1000 + 500); // what is under way ends
        await stage.client.changeSteadily(made, { perSecond, seconds: 2 });
        await stage.settled(healthy);
        await stage.receiver.latencies('/ok');
        const count = await stage.client.changeSteadily(made, { perSecond, seconds });
        await stage.receiver.came('/ok', count);
        const latencies = await stage.receiver.latencies('/ok');
        found[name].p50.push(percentile(latencies, 0.5));
        found[name].p99.push(percentile(latencies, 0.99));
      }
    }
  } finally {
    await stage.close();
  }
  const ratios = (member) => found.beside[member].map((value, round) => value / found.alone[member][round]);
  const row = (name, member) => [name, shown(found.alone[member]), shown(found.beside[member]), shown(ratios(member))];
  return {
    title: `A healthy endpoint alone, and beside one that never answers; ${perSecond} changes a second to each, ms`,
    head: ['', 'alone', 'beside a dead one', 'ratio of the rounds'],
    rows: [row('p50', 'p50'), row('p99', 'p99')],
  };
}
