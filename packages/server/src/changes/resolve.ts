import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';

/** Gives the addresses of a host name; rejects with an error whose `code` says why there are none. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

export type ResolveOptions = {
  /** Name servers instead of those of the system, as `address` or `address:port`. */
  servers?: readonly string[];
  /** Milliseconds for which one name server is waited for; each is asked twice. */
  timeout?: number;
  /** The look-up of the system. */
  system?: Resolve;
};

/** Names that mean something on this machine or in its network only (RFC 6761, 6762, 8375, and ICANN's `internal`). */
export function isLocalName(name: string): boolean {
  return !name.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)$/.test(name);
}

/** Codes that mean "ask later" and not "there is no such name". */
const troubles = new Set(['ETIMEOUT', 'ESERVFAIL']);

/**
 * Asks the DNS by itself. The system's look-up (getaddrinfo) has two threads for the whole process: two names whose servers
 * are silent would hold up every other delivery. Where the DNS has no address, and for local names, the system is asked,
 * which knows the hosts file and search domains too.
 */
export function createResolve({ servers, timeout = 3_000, system = lookUp }: ResolveOptions = {}): Resolve {
  return async (name) => {
    if (isLocalName(name)) return system(name);
    const resolver = new Resolver({ timeout, tries: 2 }); // a new one, because it reads the system's settings only once
    if (servers) resolver.setServers(servers);
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addressesOf = (answer: PromiseSettledResult<string[]>, family: number): LookupAddress[] =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
    const found = [...addressesOf(four, 4), ...addressesOf(six, 6)];
    if (found.length > 0) return found;
    for (const answer of [four, six])
      if (answer.status === 'rejected' && troubles.has(answer.reason.code)) throw answer.reason;
    return system(name);
  };
}

function lookUp(name: string): Promise<LookupAddress[]> {
  return lookup(name, { all: true });
}
