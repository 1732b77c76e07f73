import { type Address, isPostalAddress, type NewAddress } from '#domain/customer.ts';

/** A postal address as Entur writes it (entur.md 3.6). */
export type PostalAddress = { postalAddress: string; postCode: string; city: string; country?: string };

type Complete = Address & { streetAddress: string; postalCode: string; addressLocality: string };

/** An address as Entur shows it. The country is absent where it is not known: Entur's default must not be made up for it. */
export function shownAddress({ id, streetAddress, postalCode, addressLocality, addressCountry }: Complete) {
  return {
    id,
    postalAddress: streetAddress,
    postCode: postalCode,
    city: addressLocality,
    ...(addressCountry === undefined ? {} : { country: addressCountry }),
  };
}

/** Pairs each address that was sent with the stored one that looks the same, each stored one once. Sent values may be of any type. */
export function unchangedAddresses(sent: readonly unknown[], stored: readonly Address[]): (Address | undefined)[] {
  const free = new Set(stored.filter(isPostalAddress));
  return sent.map((one) => {
    const same = [...free].find((address) => looksLike(address, one));
    if (same) free.delete(same);
    return same;
  });
}

function looksLike(address: Complete, sent: unknown): boolean {
  const { postalAddress, postCode, city, country } = (sent ?? {}) as Record<string, unknown>;
  const sameCountry = country === address.addressCountry || (country === undefined && address.addressCountry === 'NO');
  const { streetAddress, postalCode, addressLocality } = address;
  return postalAddress === streetAddress && postCode === postalCode && city === addressLocality && sameCountry;
}

/**
 * The stored addresses after a list was sent in their place. An address that looks the same stays as it is; the others take the
 * places of those that are left, in order, and keep their id and what Entur cannot show (the region); more are added, fewer removed.
 * Addresses that Entur does not show stay where they stand (architecture.md, Settled 12).
 *
 * @param same what {@link unchangedAddresses} says of the list
 */
export function writtenAddresses(
  sent: readonly PostalAddress[],
  same: readonly (Address | undefined)[],
  stored: readonly Address[],
): (Address | NewAddress)[] {
  const kept = new Set(same);
  const left = stored.filter((address) => isPostalAddress(address) && !kept.has(address));
  const next = sent.map((one, index) => same[index] ?? { ...left.shift(), ...domainAddress(one) });
  const merged = stored.flatMap((address) => (isPostalAddress(address) ? next.splice(0, 1) : [address]));
  return [...merged, ...next];
}

function domainAddress({ postalAddress, postCode, city, country = 'NO' }: PostalAddress): NewAddress {
  return { streetAddress: postalAddress, postalCode: postCode, addressLocality: city, addressCountry: country };
}
