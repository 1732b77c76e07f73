/** How many webhook subscriptions an organisation can have. */
export const maxSubscriptions = 50;

/** How many secrets a subscription signs with at a time: the newest, and those whose overlap lasts. */
export const maxSecrets = 3;

/** For how long the former secret signs too when nobody says, hours. */
export const defaultOverlapHours = 24;
