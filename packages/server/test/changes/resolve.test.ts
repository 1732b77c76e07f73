import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { after, before, test } from 'node:test';
import { createResolve, type Resolve } from '#changes/resolve.ts';

type Reply = { addresses: string[] } | { code: number } | 'silence';
const notThere: Reply = { code: 3 };

/** A name server that knows a few names. */
const known: Record<string, Reply> = {
  'both.example.com': { addresses: ['192.0.2.1', '2001:db8::1', '192.0.2.2'] },
  'four.example.com': { addresses: ['192.0.2.1'] },
  'six.example.com': { addresses: ['2001:db8::1'] },
  'empty.example.com': { addresses: [] },
  'ill.example.com': { code: 2 },
  'silent.example.com': 'silence',
};
const asked: string[] = [];
const server = createSocket('udp4');
/** Asks that name server, and what is not found there, `system`. */
const resolveBy = (system?: Resolve): Resolve =>
  createResolve({ servers: [`127.0.0.1:${server.address().port}`], timeout: 50, ...(system ? { system } : {}) });
const resolve: Resolve = (name) => resolveBy()(name);

before(async () => {
  server.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] as number; length > 0; length = query[at] as number) {
      labels.push(query.toString('ascii', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const name = labels.join('.').toLowerCase();
    asked.push(name);
    const reply = known[name] ?? notThere;
    if (reply === 'silence') return;
    const four = query.readUInt16BE(at + 1) === 1;
    const addresses = 'addresses' in reply ? reply.addresses.filter((address) => isIPv4(address) === four) : [];
    const header = Buffer.from([
      0x81,
      0x80 + ('code' in reply ? reply.code : 0),
      0,
      1,
      0,
      addresses.length,
      0,
      0,
      0,
      0,
    ]);
    const records = addresses.map((address) => {
      const data = four ? address.split('.').map(Number) : [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1];
      return Buffer.from([0xc0, 12, 0, four ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
    });
    server.send(
      Buffer.concat([query.subarray(0, 2), header, query.subarray(12, at + 5), ...records]),
      from.port,
      from.address,
    );
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

test('all addresses of both families, IPv4 first', async () => {
  assert.deepEqual(await resolve('both.example.com'), [
    { address: '192.0.2.1', family: 4 },
    { address: '192.0.2.2', family: 4 },
    { address: '2001:db8::1', family: 6 },
  ]);
  assert.deepEqual(await resolve('four.example.com'), [{ address: '192.0.2.1', family: 4 }]);
  assert.deepEqual(await resolve('six.example.com'), [{ address: '2001:db8::1', family: 6 }]);
});

test('a name server that has a problem or is silent is an error, in its time', async () => {
  await assert.rejects(resolve('ill.example.com'), { code: 'ESERVFAIL' });
  await assert.rejects(resolve('silent.example.com'), { code: 'ETIMEOUT' });
  assert.deepEqual(await resolve('four.example.com'), [{ address: '192.0.2.1', family: 4 }]);
});

test('what the DNS does not know, the system is asked for', async () => {
  const withSystem = resolveBy((name) => Promise.resolve([{ address: `system ${name}`, family: 4 }]));
  for (const name of ['unknown.example.com', 'empty.example.com'])
    assert.deepEqual(await withSystem(name), [{ address: `system ${name}`, family: 4 }]);
  assert.ok(asked.includes('unknown.example.com'));
  const error = Object.assign(new Error('not there'), { code: 'ENOTFOUND' });
  await assert.rejects(resolveBy(() => Promise.reject(error))('unknown.example.com'), error);
});

test('local names are never asked of the DNS', async () => {
  const addresses = await resolve('localhost');
  assert.ok(addresses.every(({ address }) => address === '127.0.0.1' || address === '::1'));
  assert.ok(addresses.length > 0);
  assert.ok(!asked.includes('localhost'));
});
