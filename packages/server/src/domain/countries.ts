import { iso31661 } from 'iso-3166/1.js'; // the whole has 5,000 subdivisions in memory

const assigned = iso31661.filter((country) => country.state === 'assigned');
const alpha2 = new Set(assigned.map((country) => country.alpha2));
const alpha3 = new Set(assigned.map((country) => country.alpha3));

/** Whether it is an officially assigned ISO 3166-1 alpha-2 code, upper case (`GB`, not `UK`, `EU` or `XK`). */
export function isCountry(code: string): boolean {
  return alpha2.has(code);
}

/** The address with its country code in upper case, as it is stored. */
export function withUpperCountry<T extends { addressCountry?: string | null | undefined }>(address: T): T {
  const { addressCountry } = address;
  return typeof addressCountry === 'string' ? { ...address, addressCountry: addressCountry.toUpperCase() } : address;
}

/** Whether it is an officially assigned ISO 3166-1 alpha-3 code, upper case. */
export function isCountryAlpha3(code: string): boolean {
  return alpha3.has(code);
}
