import { shown } from '../report.ts';
import { openStage } from './stage.mjs';

/**
 * (d) What webhooks cost whoever writes: accounts created a second without a subscription, with one for which no worker runs (what the
 * write path itself does for webhooks), and with a worker that delivers two messages for each on the same cores.
 */
export async function measureWritePath(directory, { seconds, rounds }) {
  const stage = await openStage(directory);
  const found = { none: [], waiting: [], delivered: [] };
  try {
    const subscription = await stage.subscribe('/ok');
    await stage.client.createFast(3); // warm
    for (let round = 0; round < rounds; round += 1) {
      await stage.setState(subscription, 'disabled');
      found.none.push(await stage.client.createFast(seconds));
      await stage.setState(subscription, 'enabled');
      found.waiting.push(await stage.client.createFast(seconds));
      await stage.worker.start();
      await stage.settled(subscription);
      found.delivered.push(await stage.client.createFast(seconds));
      await stage.settled(subscription);
      await stage.worker.stop();
    }
  } finally {
    await stage.close();
  }
  const ratio = (member) => shown(found[member].map((value, round) => value / found.none[round]));
  return {
    title: 'Accounts created a second, 16 at a time',
    head: ['', 'creates/s', 'ratio of the rounds'],
    rows: [
      ['no subscription', shown(found.none), '1'],
      ['a subscription, no worker', shown(found.waiting), ratio('waiting')],
      ['a subscription and a worker', shown(found.delivered), ratio('delivered')],
    ],
  };
}
