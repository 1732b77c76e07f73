import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressGuard } from '#changes/address-guard.ts';
import { refusedHosts } from './refused-hosts.ts';

// Which addresses and names a webhook may not go to, in every spelling that reaches one, each with the reason that is given.

const resolveNothing = async () => assert.fail('the name was resolved');
const strict = createAddressGuard({ allowedNetworks: [], resolve: resolveNothing });

for (const [host, reason] of refusedHosts) {
  test(`https://${host.slice(0, 60)}/ is refused: ${reason.slice(0, 120)}`, async () => {
    const url = `https://${host}/hook`;
    const fault = strict.urlFault(url);
    if (reason) assert.equal(fault, reason);
    else assert.match(fault ?? '', /not an absolute URL|not a host name|has a space/);
    assert.deepEqual(await strict.check(url), { refused: fault });
  });
}

for (const [url, reason] of [
  ['http://hooks.example.com/', 'The URL must begin with https://'],
  ['http://9.9.9.9/', '9.9.9.9 is in no network that is allowed without encryption; use https'],
  ['ftp://hooks.example.com/', 'The URL must begin with https://'],
  ['file:///etc/passwd', 'The URL must begin with https://'],
  ['gopher://127.0.0.1:70/_x', 'The URL must begin with https://'],
  ['javascript:alert(1)', 'The URL must begin with https://'],
  ['ws://hooks.example.com/', 'The URL must begin with https://'],
  ['https://user@hooks.example.com/', 'The URL must not have a user name or a password in it'],
  ['https://user:secret@hooks.example.com/', 'The URL must not have a user name or a password in it'],
  ['https://hooks.example.com@127.0.0.1/', 'The URL must not have a user name or a password in it'],
  ['https://:@hooks.example.com:secret@10.0.0.1/', 'The URL must not have a user name or a password in it'],
  ['https://hooks.example.com/#a', 'The URL must not have a fragment'],
  ['https://hooks.example.com/#', 'The URL must not have a fragment'],
  ['https://hooks.example.com:0/', 'Port 0 cannot be connected to'],
  ['https://hooks.example.com:00/', 'Port 0 cannot be connected to'],
  ['https://hooks.example.com\\@127.0.0.1/', 'The URL has a space, a control character or a backslash in it'],
  ['https://127.0.0.1\t/', 'The URL has a space, a control character or a backslash in it'],
  [' https://hooks.example.com/', 'The URL has a space, a control character or a backslash in it'],
  ['https://hooks.example.com/\r\nX-Injected: 1', 'The URL has a space, a control character or a backslash in it'],
  ['https:/127.0.0.1/', 'The URL is not an absolute URL with a valid host'],
  ['https:hooks.example.com/', 'The URL is not an absolute URL with a valid host'],
  ['//hooks.example.com/', 'The URL is not an absolute URL with a valid host'],
  ['hooks.example.com', 'The URL is not an absolute URL with a valid host'],
  ['', 'The URL is not an absolute URL with a valid host'],
  [`https://hooks.example.com/${'a'.repeat(2023)}`, 'The URL is longer than 2048 characters'],
] as const) {
  test(`${JSON.stringify(url).slice(0, 60)} is refused: ${reason}`, async () => {
    assert.equal(strict.urlFault(url), reason);
    assert.deepEqual(await strict.check(url), { refused: reason });
  });
}

for (const url of [
  'https://hooks.example.com',
  'https://hooks.example.com./',
  'https://hooks.example.com:8443/a/b?c=%20d',
  'https://zoë.example.com/',
  'https://my_hook.example.com/',
  'https://localhost.example.com/',
  'https://internal.example.com/',
  'https://9.9.9.9/',
  'https://[2620:fe::fe]:8443/',
  `https://hooks.example.com/${'a'.repeat(2022)}`,
  // right beside what is refused
  'https://1.0.0.0/',
  'https://9.255.255.255/',
  'https://11.0.0.0/',
  'https://100.63.255.255/',
  'https://100.128.0.0/',
  'https://126.255.255.255/',
  'https://128.0.0.0/',
  'https://169.253.255.255/',
  'https://172.15.255.255/',
  'https://172.32.0.0/',
  'https://192.0.1.0/',
  'https://192.167.255.255/',
  'https://198.17.255.255/',
  'https://198.20.0.0/',
  'https://223.255.255.255/',
  'https://[2000::1]/',
  'https://[2001:200::1]/',
  'https://[2001:db7:ffff::1]/',
  'https://[2001:db9::1]/',
  'https://[2003::1]/',
  'https://[3ffe:ffff::1]/',
]) {
  test(`${url.slice(0, 60)} may be a receiver`, () => assert.equal(strict.urlFault(url), undefined));
}

test('the addresses of a name are resolved once, all checked, and handed on', async () => {
  const asked: string[] = [];
  const guard = createAddressGuard({
    allowedNetworks: [],
    resolve: async (name) => {
      asked.push(name);
      return [
        { address: '9.9.9.9', family: 4 },
        { address: '2620:fe::fe', family: 6 },
      ];
    },
  });
  assert.deepEqual(await guard.check('https://Hooks.Example.com.:8443/a'), {
    allowed: [
      { address: '9.9.9.9', family: 4 },
      { address: '2620:fe::fe', family: 6 },
    ],
  });
  assert.deepEqual(asked, ['hooks.example.com']);
});

/** What is said of a name that leads to these addresses. */
async function verdictOn(url: string, addresses: string[], allowedNetworks: string[] = []): Promise<string> {
  const resolve = async () => addresses.map((address) => ({ address, family: 4 })); // whatever family it claims
  const verdict = await createAddressGuard({ allowedNetworks, resolve }).check(url);
  return 'refused' in verdict ? verdict.refused : 'allowed';
}

test('one private address among public ones refuses all', async () => {
  const url = 'https://hooks.example.com/';
  const refusal = 'hooks.example.com leads to 10.0.0.1: 10.0.0.1 is a private address';
  assert.equal(await verdictOn(url, ['9.9.9.9', '10.0.0.1']), refusal);
  assert.equal(await verdictOn(url, ['10.0.0.1', '9.9.9.9']), refusal);
  assert.match(await verdictOn(url, ['9.9.9.9', '::ffff:10.0.0.1']), /IPv4-mapped address for 10\.0\.0\.1/);
  assert.match(await verdictOn(url, ['2620:fe::fe', 'fe80::1%eth0']), /not an IP address without a zone/);
  assert.match(await verdictOn(url, ['9.9.9.9', '0x7f.1']), /not an IP address/);
  assert.equal(await verdictOn(url, ['9.9.9.9', '2620:fe::fe']), 'allowed');
});

test('a name without any address is an error of the look-up, and so is an error of the resolver', async () => {
  await assert.rejects(verdictOn('https://hooks.example.com/', []), { code: 'ENODATA' });
  const error = Object.assign(new Error('down'), { code: 'ESERVFAIL' });
  const guard = createAddressGuard({ allowedNetworks: [], resolve: () => Promise.reject(error) });
  await assert.rejects(guard.check('https://hooks.example.com/'), error);
});

test('networks that the operator allows are reached by https and http, by address, by name and by local name', async () => {
  const allowed = ['127.0.0.0/8', '::1', 'fd12::/16'];
  const guard = createAddressGuard({ allowedNetworks: allowed, resolve: resolveNothing });
  for (const host of ['127.0.0.1:8080', '127.255.0.1', '[::1]', '[fd12:3::4]'])
    for (const scheme of ['http', 'https']) assert.equal(guard.urlFault(`${scheme}://${host}/`), undefined, host);
  assert.equal(guard.urlFault('http://localhost/'), undefined);
  for (const url of ['http://localhost/', 'https://receiver/', 'http://hooks.example.com/'])
    assert.equal(await verdictOn(url, ['127.0.0.1', '::1'], allowed), 'allowed');
  assert.equal(guard.urlFault('https://10.0.0.1/'), '10.0.0.1 is a private address');
  assert.equal(
    guard.urlFault('https://[::2]/'),
    '::2 is an IPv4-compatible address for 0.0.0.2, which is an address of "this network"',
  );
});

test('http and local names reach nothing else, not even public addresses', async () => {
  const allowed = ['127.0.0.0/8'];
  const plain = '9.9.9.9 is in no network that is allowed without encryption; use https';
  assert.equal(await verdictOn('http://9.9.9.9/', [], allowed), plain);
  assert.equal(
    await verdictOn('http://hooks.example.com/', ['127.0.0.1', '9.9.9.9'], allowed),
    `hooks.example.com leads to 9.9.9.9: ${plain}`,
  );
  const local =
    'receiver leads to 9.9.9.9: 9.9.9.9 has a name of a local network, and is in no network that is allowed';
  assert.equal(await verdictOn('https://receiver/', ['9.9.9.9'], allowed), local);
  assert.equal(await verdictOn('https://hooks.example.com/', ['9.9.9.9'], allowed), 'allowed');
  assert.equal(await verdictOn('http://9.9.9.9/', [], ['9.9.9.0/24']), 'allowed');
});

test('what an allowed network stands for must be allowed too', async () => {
  const nat64 = (host: string, allowed: string[]) => verdictOn(`https://[64:ff9b::${host}]/`, [], allowed);
  assert.equal(await nat64('9.9.9.9', ['64:ff9b::/96']), 'allowed'); // an IPv6-only network with DNS64
  assert.match(await nat64('169.254.169.254', ['64:ff9b::/96']), /for 169\.254\.169\.254, which is a link-local/);
  assert.match(await nat64('10.0.0.1', ['10.0.0.0/8']), /a NAT64 address$/); // its own network is not allowed
  assert.equal(await nat64('10.0.0.1', ['10.0.0.0/8', '64:ff9b::/96']), 'allowed');
  assert.match(await verdictOn('http://[64:ff9b::9.9.9.9]/', [], ['64:ff9b::/96']), /allowed without encryption/);
  assert.match(await verdictOn('https://[::ffff:127.0.0.1]/', [], ['127.0.0.0/8']), /an IPv4-mapped address$/);
  assert.match(await verdictOn('https://[::ffff:127.0.0.1]/', [], ['::/0']), /which is a loopback address$/);
  assert.equal(await verdictOn('https://[::ffff:127.0.0.1]/', [], ['::/0', '127.0.0.1']), 'allowed');
  assert.match(await verdictOn('https://127.0.0.1/', [], ['::ffff:127.0.0.0/104', '::/0']), /a loopback address$/);
});

test('a setting that is no network is named', () => {
  for (const cidr of [
    '10.0.0.0/33',
    '10.0.0/8',
    'localhost',
    '',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/0x8',
    '1.2.3.4/ 8',
  ])
    assert.throws(() => createAddressGuard({ allowedNetworks: ['127.0.0.1', cidr] }), {
      message: `${cidr} is not a network such as 10.0.0.0/8 or fd00::/8.`,
    });
});
