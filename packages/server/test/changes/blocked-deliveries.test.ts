import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer } from '../support/server.ts';
import { startTestWorker } from './delivering.ts';
import { refusedHosts } from './refused-hosts.ts';

// The guard is tested by itself; here is shown that it stands between a subscription and the network, whatever is stored as its URL,
// and that the record of the delivery names the address.

const server = await startTestServer();
const { send } = server;
const most = 50; // subscriptions that an organisation may have
const hosts = refusedHosts.filter(([, reason]) => reason !== '');

test(`none of ${hosts.length} forms of addresses is connected to; each delivery says which and why`, {
  timeout: 60_000,
}, async () => {
  const worker = startTestWorker(server, { webhooks: { allowedNetworks: [], retryDelays: [] } });
  const subscriptions: string[] = [];
  for (let index = 0; index < most; index += 1) {
    const body = { url: 'https://receiver.example.com/', kinds: ['account.created'] };
    subscriptions.push((await send('POST', '/v1/webhook-subscriptions', { body })).body.id);
  }
  for (let from = 0; from < hosts.length; from += most) {
    const some = hosts.slice(from, from + most);
    for (const [index, [host]] of some.entries())
      await server.database.query('update webhook_subscription set url = $1 where id = $2', [
        `https://${host}/hook`,
        subscriptions[index],
      ]);
    const { body: account } = await send('POST', '/v1/accounts', { body: { customer: { familyName: 'Sample' } } });
    const { body: history } = await send('GET', `/v1/accounts/${account.identifier}/history`);
    const { number } = history.items[0];
    for (const [index, [host, reason]] of some.entries()) {
      const path = `/v1/webhook-subscriptions/${subscriptions[index]}/deliveries?limit=1`;
      let [delivery] = (await send('GET', path)).body.items;
      while (delivery?.changeNumber !== number || delivery.state === 'pending') {
        await sleep(20);
        [delivery] = (await send('GET', path)).body.items;
      }
      assert.equal(delivery.log?.length, 1, `${host}: ${JSON.stringify(delivery)}`);
      const [{ error, status }] = delivery.log;
      assert.equal(status, undefined, host);
      assert.equal(error.code, 'blocked-address', host);
      assert.ok(error.message.includes(reason), `${host}: ${error.message}`);
    }
  }
  await worker.stop();
});
