import { isIPv6 } from 'node:net';

/**
 * What an address is counted as: of IPv6 its network, as each subscriber has a /64 at least and takes addresses of it at will. What stands
 * below 100:: is in nobody's hands: it is IPv4 in another form, or this machine, and counted by itself, as is what is no address.
 */
export function countedAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [before, after] = address.split('::') as [string, string?];
  const head = before.split(':');
  if (before === '' || Number.parseInt(before, 16) < 0x100) return address;
  const tail = after ? after.split(':') : [];
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  const network = [...head, ...zeros, ...tail].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
