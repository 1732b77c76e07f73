import { BlockList, isIPv4 } from 'node:net';

/** What an address is for, when it is not an ordinary one of the public internet. */
export type SpecialUse = {
  /** Completes the sentence "192.168.0.1 is ...". */
  words: string;
  /** The IPv4 address that it stands for: whoever connects to the one may reach the other. */
  embedded?: string;
};

/** A network and what it is for; `embeds`: the first of the two groups of an IPv6 address that hold an IPv4 address. */
type Row = readonly [network: string, words: string, embeds?: number];

// IANA's registries of special-purpose addresses (RFC 6890; as of 2025-10), multicast, and addresses at which clouds offer
// their own services. Those that are globally reachable (AS112, AMT) are here too: no receiver lives there. The first row
// that holds an address tells its use, so parts stand before the whole.
const ipv4: readonly Row[] = [
  ['0.0.0.0/8', 'an address of "this network"'],
  ['10.0.0.0/8', 'a private address'],
  ['100.64.0.0/10', 'an address of a carrier-grade NAT'],
  ['127.0.0.0/8', 'a loopback address'],
  ['168.63.129.16/32', 'an address of the Azure platform'],
  ['169.254.169.254/32', 'a link-local address that serves cloud metadata'],
  ['169.254.0.0/16', 'a link-local address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.0.0.0/24', 'an address for IETF protocols'],
  ['192.0.2.0/24', 'an address for documentation'],
  ['192.31.196.0/24', 'an address of AS112'],
  ['192.52.193.0/24', 'an address for automatic multicast tunnels'],
  ['192.88.99.0/24', 'an address of 6to4 relays'],
  ['192.168.0.0/16', 'a private address'],
  ['192.175.48.0/24', 'an address of AS112'],
  ['198.18.0.0/15', 'an address for benchmarks'],
  ['198.51.100.0/24', 'an address for documentation'],
  ['203.0.113.0/24', 'an address for documentation'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address'],
];

const ipv6: readonly Row[] = [
  ['::/128', 'the unspecified address'],
  ['::1/128', 'a loopback address'],
  ['::/96', 'an IPv4-compatible address', 6],
  ['::ffff:0:0/96', 'an IPv4-mapped address', 6],
  ['::ffff:0:0:0/96', 'an IPv4-translated address', 6],
  ['64:ff9b::/96', 'a NAT64 address', 6],
  ['64:ff9b:1::/48', 'a local NAT64 address', 6], // a prefix of 96 bits in there, the only length that RFC 8215 shows
  ['100::/64', 'an address whose packets are discarded'],
  ['100:0:0:1::/64', 'a dummy address'],
  ['2001::/32', 'a Teredo address'],
  ['2001:2::/48', 'an address for benchmarks'],
  ['2001:3::/32', 'an address for automatic multicast tunnels'],
  ['2001:4:112::/48', 'an address of AS112'],
  ['2001:10::/28', 'an ORCHID'],
  ['2001:20::/28', 'an ORCHID'],
  ['2001:30::/28', 'an address that identifies a drone'],
  ['2001::/23', 'an address for IETF protocols'],
  ['2001:db8::/32', 'an address for documentation'],
  ['2002::/16', 'a 6to4 address', 1],
  ['2620:4f:8000::/48', 'an address of AS112'],
  ['3fff::/20', 'an address for documentation'],
  ['5f00::/16', 'an address for segment routing'],
  ['fc00::/7', 'a unique local address'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a site-local address'],
  ['ff00::/8', 'a multicast address'],
  // What is left outside 2000::/3, the only part that is given out for the public internet.
  ['::/3', 'a reserved address'],
  ['4000::/2', 'a reserved address'],
  ['8000::/1', 'a reserved address'],
];

/** One list for each row, of its own family: a BlockList takes 127.0.0.1 and ::ffff:127.0.0.1 for the same. */
const rows = { ipv4: ipv4.map(prepared), ipv6: ipv6.map(prepared) };

/**
 * What an address is for according to the registries; undefined for an ordinary address of the public internet.
 *
 * @param address an IPv4 or IPv6 address in any valid spelling, without zone
 */
export function specialUseOf(address: string): SpecialUse | undefined {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const row = rows[family].find(({ network }) => network.check(address, family));
  if (!row) return undefined;
  return { words: row.words, ...(row.embeds === undefined ? {} : { embedded: embeddedIn(address, row.embeds) }) };
}

function prepared([cidr, words, embeds]: Row) {
  return { network: networkOf(cidr), words, embeds };
}

/**
 * A list that holds one network, for `check(address, family)` with addresses of its family.
 *
 * @param cidr `10.0.0.0/8`, `fd00::/8`, or one address
 * @throws Error when it is none
 */
export function networkOf(cidr: string): BlockList {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(cidr) ?? [];
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
  return list;
}

/** The IPv4 address in two groups of an IPv6 address. */
function embeddedIn(address: string, at: number): string {
  // The URL parser writes every valid spelling in one way: hexadecimal groups, the longest run of zeros as `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  const bytes = groups
    .slice(at, at + 2)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
  return bytes.join('.');
}
