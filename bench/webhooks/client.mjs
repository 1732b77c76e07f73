import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A client of one server with one key, which takes as little of the machine as can be. */
export function openClient(url, key) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname: host, port } = new URL(url);

  /** Resolves with the body of a good answer; rejects with any other. */
  function send(method, path, body) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const payload = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const sent = request({ host, port, method, path, agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode < 300) resolve(text === '' ? undefined : JSON.parse(text));
        else reject(new Error(`${method} ${path} was answered ${response.statusCode}: ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(payload);
    return promise;
  }

  let serial = 0;
  const client = {
    send,
    close: () => agent.destroy(),
    create() {
      serial += 1;
      return send('POST', '/v1/accounts', { customer: { givenName: 'Grace', familyName: `Holloway ${serial}` } });
    },
    change({ identifier }) {
      serial += 1;
      return send('PATCH', `/v1/accounts/${identifier}`, { alias: `Alias ${serial}` });
    },
    /** Creates accounts, so many at a time. */
    async createMany(count, width = 16) {
      const accounts = [];
      const worker = async () => {
        while (accounts.length < count) accounts.push(await client.create());
      };
      await Promise.all(Array.from({ length: width }, worker));
      return accounts;
    },
    /** Changes accounts in turn at a steady rate, whether or not the server keeps up. Resolves with how many changes it made. */
    async changeSteadily(accounts, { perSecond, seconds }) {
      const began = performance.now();
      const underWay = [];
      for (let count = 0; count < perSecond * seconds; count += 1) {
        const left = began + (count * 1000) / perSecond - performance.now();
        if (left > 0) await sleep(left);
        underWay.push(client.change(accounts[count % accounts.length]));
      }
      return (await Promise.all(underWay)).length;
    },
    /** Creates accounts as fast as the server answers; resolves with how many a second. */
    async createFast(seconds, width = 16) {
      const began = performance.now();
      let count = 0;
      const worker = async () => {
        while (performance.now() - began < seconds * 1000) {
          await client.create();
          count += 1;
        }
      };
      await Promise.all(Array.from({ length: width }, worker));
      return (count * 1000) / (performance.now() - began);
    },
  };
  return client;
}
