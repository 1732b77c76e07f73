import { percentile, shown } from '../report.ts';
import { openStage } from './stage.mjs';

const accounts = 200;

/** (b) How long from a change to its webhook, from the beginning of the request that makes the change. */
export async function measureLatency(directory, { seconds, rounds, perSecond }) {
  const rows = [];
  for (const workerInside of [true, false]) {
    const stage = await openStage(directory, { workerInside });
    try {
      const made = await stage.client.createMany(accounts);
      const subscription = await stage.subscribe('/ok', { kinds: ['account.updated'] });
      if (!workerInside) await stage.worker.start();
      await stage.client.changeSteadily(made, { perSecond: 50, seconds: 3 }); // warm
      for (const [name, rate] of [
        ['idle: one change every 50 ms', 20],
        [`busy: ${perSecond} changes a second`, perSecond],
      ]) {
        const found = { p50: [], p99: [], longest: [] };
        for (let round = 0; round < rounds; round += 1) {
          await stage.settled(subscription);
          await stage.receiver.latencies('/ok');
          const count = await stage.client.changeSteadily(made, { perSecond: rate, seconds });
          await stage.receiver.came('/ok', count);
          const latencies = await stage.receiver.latencies('/ok');
          found.p50.push(percentile(latencies, 0.5));
          found.p99.push(percentile(latencies, 0.99));
          found.longest.push(Math.max(...latencies));
        }
        const where = workerInside ? 'worker in the server' : 'worker by itself';
        rows.push([where, name, shown(found.p50), shown(found.p99), shown(found.longest)]);
      }
    } finally {
      await stage.close();
    }
  }
  return { title: 'From a change to its webhook, ms', head: ['', '', 'p50', 'p99', 'longest'], rows };
}
