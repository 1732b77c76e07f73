import fc from 'fast-check';

/** One request of a history: which dialect asks for what, of which of the two accounts. */
export type Write = { what: (typeof writes)[number]; account: 'one' | 'two'; value: number };

/** What happens: time passes, with or without the job that begins days; then something is written. */
export type Step = { pass: 'nothing' | 'milliseconds' | 'days' | 'days, with the job'; by: number; write: Write };

const writes = [
  'native alias',
  'native accountNumber',
  'native discount',
  'native default',
  'native customer',
  'native grant',
  'native revoke',
  'native pass',
  'native retire',
  'native action',
  'native complete',
  'openactive both',
  'imin person',
  'entur profile',
  'entur account',
] as const;

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    pass: fc.constantFrom('nothing', 'milliseconds', 'milliseconds', 'days', 'days, with the job'),
    by: fc.integer({ min: 1, max: 4 }),
    write: fc.record({
      what: fc.constantFrom(...writes),
      account: fc.constantFrom('one', 'two'),
      value: fc.nat(5),
    }),
  }),
  { minLength: 25, maxLength: 35 },
);

/** What the writes are about. */
export type Subject = {
  /** Both accounts' identifiers begin with it. */
  prefix: string;
  customerNumber: number;
  organisationId: number;
  /** URIs of three types: without proof, with proof afterwards, and a hidden one. */
  types: string[];
  today: string;
  /** Of the account that a write is about, as it was shown last. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  shown: any;
};

/** A write as a request; undefined where there is nothing to do it to. */
export function requestOf(
  { what, account, value }: Write,
  { prefix, customerNumber, organisationId, types, today, shown }: Subject,
): { method: string; url: string; body?: object } | undefined {
  const url = `/v1/accounts/${prefix}${account}`;
  const [action, pass, entitlement] = [shown.outstandingAction?.[0], shown.accessPass?.[0], shown.entitlement?.[0]];
  const day = (later: number) => new Date(Date.parse(today) + later * 86_400_000).toISOString().slice(0, 10);
  const profile = { organisationId, surname: 'Moss', changedBy: `clerk ${value}`, changedByChannel: 'crm' };
  switch (what) {
    case 'native alias':
      return { method: 'PATCH', url, body: { alias: value === 0 ? null : `${account} ${value}` } };
    case 'native accountNumber':
      return { method: 'PATCH', url, body: { accountNumber: value === 0 ? null : `${account} N ${value}` } };
    case 'native discount':
      return { method: 'PATCH', url, body: { hiddenDiscount: value > 2 } };
    case 'native default':
      return { method: 'POST', url: `${url}/make-default` };
    case 'native customer': {
      const address =
        value === 0 ? null : { streetAddress: `${value} Lane`, postalCode: 'AB1', addressLocality: 'Town' };
      return { method: 'PATCH', url: `/v1/customers/${customerNumber}`, body: { jobTitle: `job ${value}`, address } };
    }
    case 'native grant': {
      const dates = { validFrom: day(value % 3), ...(value > 2 ? { validUntil: day(value) } : {}) };
      return { method: 'POST', url: `${url}/entitlements`, body: { entitlementType: types[value % 3], ...dates } };
    }
    case 'native revoke':
      if (!entitlement) return undefined;
      return { method: 'POST', url: `${url}/entitlements/${entitlement.id}/revoke`, body: { reason: 'moved' } };
    case 'native pass':
      return { method: 'POST', url: `${url}/access-passes`, body: {} };
    case 'native retire':
      return pass && { method: 'POST', url: `${url}/access-passes/${pass.id}/retire`, body: { reason: 'lost' } };
    case 'native action':
      return { method: 'POST', url: `${url}/outstanding-actions`, body: { kind: 'debt', name: `Pay ${value}` } };
    case 'native complete':
      return action && { method: 'POST', url: `${url}/outstanding-actions/${action.id}/complete` };
    case 'openactive both': {
      const body = { accountNumber: `${account} O ${value}`, customer: { telephone: `+44 20 7946 000${value}` } };
      return { method: 'PATCH', url: `/openactive/customer-accounts/${prefix}${account}`, body };
    }
    case 'imin person':
      return { method: 'PATCH', url: `/api/v2/customer-accounts/${prefix}${account}`, body: { gender: `g ${value}` } };
    case 'entur profile':
      return {
        method: 'PUT',
        url: `/customers/v2/profiles/${customerNumber}`,
        body: { ...profile, firstName: `Ida ${value}` },
      };
    case 'entur account': {
      const path = `/customers/v2/profiles/${customerNumber}/customer-accounts/${prefix}${account}`;
      return { method: 'PATCH', url: path, body: { isDefault: value > 2 } };
    }
  }
}
