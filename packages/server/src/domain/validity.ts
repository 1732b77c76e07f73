/** The days on which an entitlement is valid: `validFrom <= d < validUntil`; dates in the organisation's time zone, the end EXCLUSIVE. */
export type Validity = { validFrom: string; validUntil?: string };

/**
 * How many of the dates are on or before today: the `n` of an entity tag (openactive.md 3.2), so that the tag changes when the
 * passing of a day changes what is shown.
 */
export function datesReached(validities: readonly Validity[], today: string): number {
  let reached = 0;
  for (const { validFrom, validUntil } of validities) {
    if (validFrom <= today) reached += 1;
    if (validUntil !== undefined && validUntil <= today) reached += 1;
  }
  return reached;
}
