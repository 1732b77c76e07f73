import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAddressGuard } from '#changes/address-guard.ts';

// No address of a range that is refused passes in any spelling, and every other one passes.

/** IPv4 ranges as first and last address, written down from the registries once more. */
const refused4: [first: string, last: string][] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['168.63.129.16', '168.63.129.16'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.31.196.0', '192.31.196.255'],
  ['192.52.193.0', '192.52.193.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['192.175.48.0', '192.175.48.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
];

/** IPv6 ranges as the groups that are given; the rest is anything. Those that hold an IPv4 address are tried with {@link refused4}. */
const refused6 = [
  '0:0:0:0:0:0', // IPv4-compatible
  '0:0:0:0:0:ffff', // mapped
  '0:0:0:0:ffff:0', // translated
  '64:ff9b:0:0:0:0',
  '64:ff9b:1',
  '100:0:0:0',
  '100:0:0:1',
  '2001:0',
  '2001:1',
  '2001:2:0',
  '2001:3',
  '2001:4:112',
  '2001:10',
  '2001:1f',
  '2001:20',
  '2001:2f',
  '2001:30',
  '2001:1ff',
  '2001:db8',
  '2002',
  '2620:4f:8000',
  '3fff:0',
  '3fff:fff',
  '4000',
  '5f00',
  '7fff',
  '8000',
  'fc00',
  'fdff',
  'fe80',
  'febf',
  'fec0',
  'feff',
  'ff00',
  'ffff',
  '1fff',
  '1',
];

const numberOf = (address: string) => address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
const bytesOf = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255);
const dotted = (number: number) => bytesOf(number).join('.');
const ranges4 = refused4.map(([first, last]) => [numberOf(first), numberOf(last)] as const);
const isRefused4 = (number: number) => ranges4.some(([first, last]) => number >= first && number <= last);

const badIpv4 = fc.constantFrom(...ranges4).chain(([min, max]) => fc.integer({ min, max }));
const goodIpv4 = fc.integer({ min: 0, max: 0xffffffff }).filter((number) => !isRefused4(number));

const widths = (text: string) =>
  fc.constantFrom(
    text,
    text.replace(/[0-9a-f]/gi, (character) => String.fromCodePoint((character.codePointAt(0) as number) + 0xfee0)), // full width
    text.replace(/./g, (character) => `%${(character.codePointAt(0) as number).toString(16)}`),
  );

/** One number of an IPv4 address, in decimal, octal or hexadecimal, padded as each may be. */
const part = (number: number) =>
  fc.constantFrom(
    String(number),
    `0${number.toString(8)}`,
    `000${number.toString(8)}`,
    `0x${number.toString(16)}`,
    `0X00${number.toString(16).toUpperCase()}`,
  );

/** Every way to write an IPv4 address as the host of a URL. */
const spelled4 = (number: number) => {
  const bytes = bytesOf(number);
  return fc
    .integer({ min: 1, max: 4 })
    .chain((parts) => {
      const last = number % 256 ** (5 - parts);
      return fc.tuple(...[...bytes.slice(0, parts - 1), last].map(part));
    })
    .chain((parts) =>
      fc.tuple(fc.constantFrom('.', '。', '．', '｡', '%2e'), fc.tuple(...parts.map(widths)), fc.constantFrom('', '.')),
    )
    .map(([dot, parts, end]) => parts.join(dot) + end);
};

/** Every way to write an IPv6 address of eight groups as the host of a URL. */
const spelled6 = (groups: number[]) =>
  fc
    .record({
      cases: fc.boolean(),
      width: fc.integer({ min: 1, max: 4 }),
      dots: fc.boolean(),
      shorten: fc.boolean(),
    })
    .map(({ cases, width, dots, shorten }) => {
      const hex = groups.map((group) => group.toString(16).padStart(width, '0'));
      const [high = 0, low = 0] = groups.slice(6);
      const tail = dots ? [dotted(high * 65536 + low)] : hex.slice(6);
      const text = [...hex.slice(0, 6), ...tail].join(':');
      const short = shorten
        ? text.replace(/(^|:)0+(:0+)+(?=:|$)/, (_all, colon) => `${colon || ':'}`).replace(/:$/, '::')
        : text;
      return `[${cases ? short.toUpperCase() : short}]`;
    });

const group = fc.integer({ min: 0, max: 0xffff });
const badIpv6 = fc
  .tuple(fc.constantFrom(...refused6), fc.array(group, { minLength: 8, maxLength: 8 }))
  .map(([prefix, rest]) => {
    const given = prefix.split(':').map((text) => Number.parseInt(text, 16));
    return [...given, ...rest.slice(given.length)];
  });
/** An IPv4 address that is refused, in each place of an IPv6 address that can hold one. */
const badEmbedded = badIpv4.chain((number) => {
  const [high, low] = [number >>> 16, number & 0xffff];
  return fc.constantFrom<number[]>(
    [0, 0, 0, 0, 0, 0xffff, high, low],
    [0, 0, 0, 0, 0xffff, 0, high, low],
    [0, 0, 0, 0, 0, 0, high, low],
    [0x64, 0xff9b, 0, 0, 0, 0, high, low],
    [0x64, 0xff9b, 1, 0, 0, 0, high, low],
    [0x2002, high, low, 0, 0, 0, 0, 1],
  );
});

const textOf = (groups: number[]) => groups.map((one) => one.toString(16)).join(':');
const strict = createAddressGuard({ allowedNetworks: [] });

/** Whether a name that leads to an address, beside a public one, may be connected to. */
async function passesAsAnswer(address: string): Promise<boolean> {
  const resolve = async () => [
    { address: '9.9.9.9', family: 4 },
    { address, family: 4 },
  ];
  return 'allowed' in (await createAddressGuard({ allowedNetworks: [], resolve }).check('https://hooks.example.com/'));
}

test('no refused IPv4 address passes in any spelling', () => {
  const spelled = badIpv4.chain((number) => spelled4(number).map((host) => ({ number, host })));
  fc.assert(
    fc.property(spelled, fc.constantFrom('', ':443', ':8080'), ({ number, host }, port) => {
      const fault = strict.urlFault(`https://${host}${port}/`);
      assert.ok(fault?.startsWith(`${dotted(number)} is `), `${host}: ${fault}`); // and the URL parser read it as meant
    }),
    { numRuns: 2_000 },
  );
});

test('no refused IPv6 address passes in any spelling', () => {
  const spelled = fc.oneof(badIpv6, badEmbedded).chain(spelled6);
  fc.assert(
    fc.property(spelled, (host) => {
      assert.match(strict.urlFault(`https://${host}/`) ?? '', /^[0-9a-f:]+ is /, host);
    }),
    { numRuns: 2_000 },
  );
});

test('no refused address passes as the answer of a resolver', async () => {
  const address = fc.oneof(badIpv4.map(dotted), badIpv6.map(textOf), badEmbedded.map(textOf));
  await fc.assert(
    fc.asyncProperty(address, async (text) => assert.equal(await passesAsAnswer(text), false)),
    { numRuns: 500 },
  );
});

test('a refused IPv4 address inside IPv6 is refused even where all of IPv6 is allowed', () => {
  const guard = createAddressGuard({ allowedNetworks: ['::/0'] });
  fc.assert(
    fc.property(badEmbedded.chain(spelled6), (host) => {
      const fault = guard.urlFault(`https://${host}/`);
      // ::1 and :: are IPv6 addresses of their own, which the operator has allowed
      if (URL.parse(`https://${host}/`)?.hostname.match(/^\[::1?\]$/)) assert.equal(fault, undefined);
      else assert.match(fault ?? '', / for \d+\.\d+\.\d+\.\d+, which is /, host);
    }),
    { numRuns: 500 },
  );
});

test('every other IPv4 address passes, in any spelling and as an answer', async () => {
  const spelled = goodIpv4.chain((number) => spelled4(number).map((host) => ({ number, host })));
  await fc.assert(
    fc.asyncProperty(spelled, async ({ number, host }) => {
      assert.equal(strict.urlFault(`https://${host}/`), undefined);
      assert.equal(await passesAsAnswer(dotted(number)), true);
    }),
    { numRuns: 300 },
  );
});

test('no text whatever makes it throw, and nothing that passes is unlike a URL', () => {
  const anything = fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units));
  const text = fc.oneof(
    anything,
    anything.map((rest) => `https://${rest}`),
    fc.string().map((host) => `https://${host}/`),
    fc.stringMatching(/^https?:\/{0,3}[a-c.@:[\]%0-9x#?\\-]{0,20}$/),
  );
  fc.assert(
    fc.property(text, (url) => {
      if (strict.urlFault(url) === undefined) assert.equal(new URL(url).protocol, 'https:');
    }),
    { numRuns: 1_000 },
  );
});
