import type { LookupAddress } from 'node:dns';
import { isIP, isIPv4 } from 'node:net';
import { createResolve, isLocalName, type Resolve } from './resolve.ts';
import { networkOf, specialUseOf } from './special-addresses.ts';

export type AddressGuardOptions = {
  /** Networks that the operator allows although they are not public, e.g. `127.0.0.0/8`. Only there http is allowed. */
  allowedNetworks: readonly string[];
  /** The addresses of a host name; rejects, or gives none, when the name has none. */
  resolve?: Resolve;
};

/** What a URL may be connected to, or a sentence that says why to nothing. */
export type Verdict = { allowed: LookupAddress[] } | { refused: string };

/** Keeps webhooks from reaching into the networks of the server (SSRF); imin.md 2.11. */
export type AddressGuard = {
  /**
   * What is wrong with a URL as it stands, without resolving its name: to be asked when a subscription is made.
   * A sentence for people, or undefined.
   */
  urlFault: (url: string) => string | undefined;
  /**
   * Resolves the name of a URL and checks every address. Connect to nothing but these, and do not resolve again.
   *
   * @returns rejects with the resolver's error when the name could not be resolved
   */
  check: (url: string) => Promise<Verdict>;
};

const maxLength = 2048;
const mustBeHttps = 'The URL must begin with https://';
const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** @throws Error that names an entry of `allowedNetworks` that is no network */
export function createAddressGuard({ allowedNetworks, resolve = createResolve() }: AddressGuardOptions): AddressGuard {
  const networks = { ipv4: [], ipv6: [] } as Record<Family, ReturnType<typeof networkOf>[]>;
  for (const cidr of allowedNetworks) networks[familyOf(cidr)].push(networkIn(cidr));
  const someAllowed = allowedNetworks.length > 0;
  const isAllowed = (address: string) =>
    networks[familyOf(address)].some((one) => one.check(address, familyOf(address)));

  /** Of an address; `refused` completes "<address> is ...". An IPv4 address inside is judged by itself too. */
  const standingOf = (address: string): 'public' | 'allowed' | { refused: string } => {
    const use = specialUseOf(address);
    if (!use) return isAllowed(address) ? 'allowed' : 'public';
    const inner = use.embedded === undefined ? 'allowed' : standingOf(use.embedded);
    if (typeof inner === 'object') return { refused: `${use.words} for ${use.embedded}, which is ${inner.refused}` };
    return isAllowed(address) ? inner : { refused: use.words };
  };

  const addressFault = (address: string, { protocol }: URL, name: string): string | undefined => {
    if (isIP(address) === 0 || address.includes('%')) return `${address} is not an IP address without a zone`;
    const standing = standingOf(address);
    if (standing === 'allowed') return undefined;
    if (standing !== 'public') return `${address} is ${standing.refused}`;
    if (protocol === 'http:') return `${address} is in no network that is allowed without encryption; use https`;
    const local = isIP(name) === 0 && isLocalName(name);
    return local ? `${address} has a name of a local network, and is in no network that is allowed` : undefined;
  };

  const urlFault = (text: string): string | undefined => {
    if (text.length > maxLength) return `The URL is longer than ${maxLength} characters`;
    if (/[\s\p{Cc}\\]/u.test(text)) return 'The URL has a space, a control character or a backslash in it';
    const url = URL.parse(text);
    if (!url || /^https?:(?!\/\/[^/])/i.test(text)) return 'The URL is not an absolute URL with a valid host';
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return mustBeHttps;
    if (url.username || url.password) return 'The URL must not have a user name or a password in it';
    if (text.includes('#')) return 'The URL must not have a fragment';
    if (url.port === '0') return 'Port 0 cannot be connected to';
    const name = nameIn(url);
    if (isIP(name)) return addressFault(name, url, name);
    if (name.length > 253 || !name.split('.').every((part) => label.test(part))) return `${name} is not a host name`;
    if (someAllowed) return undefined; // only the addresses tell
    if (url.protocol === 'http:') return mustBeHttps;
    return isLocalName(name) ? `${name} is a name of a local network` : undefined;
  };

  return {
    urlFault,
    check: async (text) => {
      const fault = urlFault(text);
      if (fault !== undefined) return { refused: fault };
      const url = new URL(text);
      const name = nameIn(url);
      const addresses = isIP(name) ? [name] : (await resolve(name)).map(({ address }) => address);
      for (const address of addresses) {
        const against = addressFault(address, url, name);
        if (against !== undefined)
          return { refused: address === name ? against : `${name} leads to ${address}: ${against}` };
      }
      if (addresses.length === 0) throw Object.assign(new Error(`${name} has no address`), { code: 'ENODATA' });
      return { allowed: addresses.map((address) => ({ address, family: isIP(address) })) };
    },
  };
}

/** The host of a URL as DNS and sockets take it: an IPv6 address without brackets, a name without final dot. */
export function nameIn(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

type Family = 'ipv4' | 'ipv6';

/** Of an address or a network. */
function familyOf(address: string): Family {
  return isIPv4(address.split('/', 1)[0] ?? '') ? 'ipv4' : 'ipv6';
}

function networkIn(cidr: string) {
  try {
    return networkOf(cidr);
  } catch (cause) {
    throw new Error(`${cidr} is not a network such as 10.0.0.0/8 or fd00::/8.`, { cause });
  }
}
