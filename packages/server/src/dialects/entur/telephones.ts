import type { CustomerDetails } from '#domain/customer.ts';

/** The telephone members of a profile. */
export type Telephones = { countryCode?: string; telephoneNumberNoCountryCode?: string; telephoneNumber?: string };

const plain = /^(?=.{1,20}$)\+?\d+$/;

/** What Entur shows of a customer's telephone: the pair and the pair joined, or the number alone; nothing when it does not fit (entur.md 3.1). */
export function shownTelephones({ telephone, telephoneParts }: CustomerDetails): Telephones {
  if (telephone === undefined || !plain.test(telephone)) return {};
  if (!telephoneParts || !isPair(telephoneParts.countryCode, telephoneParts.number))
    return { telephoneNumber: telephone };
  const { countryCode, number } = telephoneParts;
  return { countryCode, telephoneNumberNoCountryCode: number, telephoneNumber: telephone };
}

/** The landline where it fits Entur's form. */
export function shownLandline({ landline }: CustomerDetails): string | undefined {
  return landline !== undefined && plain.test(landline) ? landline : undefined;
}

/** The telephone as a full overwrite leaves it: what Entur cannot show stays unless a number takes its place (architecture.md, Settled 12). */
export function writtenTelephone(
  sent: Telephones,
  stored: CustomerDetails,
): Pick<CustomerDetails, 'telephone' | 'telephoneParts'> {
  const { countryCode, telephoneNumberNoCountryCode: number, telephoneNumber } = sent;
  if (countryCode !== undefined && number !== undefined) {
    return { telephone: countryCode + number, telephoneParts: { countryCode, number } };
  }
  if (telephoneNumber !== undefined) return { telephone: telephoneNumber };
  const hidden = stored.telephone !== undefined && shownTelephones(stored).telephoneNumber === undefined;
  return hidden ? { telephone: stored.telephone as string } : {};
}

function isPair(countryCode: string, number: string): boolean {
  return /^\+\d{1,3}$/.test(countryCode) && /^\d{4,14}$/.test(number);
}
