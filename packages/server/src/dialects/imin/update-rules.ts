import type { Customer } from '#domain/customer.ts';
import { isObject } from '#domain/merge.ts';
import type { Fault } from '#domain/refusal.ts';
import type { PersonInput } from './parse.ts';
import { limits } from './person-schema.ts';
import { personOf } from './render.ts';

const required = ['email', 'givenName', 'familyName'] as const;

/**
 * What speaks against an update of this customer, in members of the Person: an organisation cannot be changed here (imin.md 2.1),
 * required members cannot be cleared (3.3), and limits bind new values (architecture.md, Settled 12).
 */
export function updateFaults(customer: Customer, person: PersonInput): Fault[] {
  if (customer.kind === 'organization') {
    const message = 'cannot be applied: the customer is an organisation, which this API does not change';
    return [{ path: [], code: 'organization', message }];
  }
  const cleared = required.filter((member) => person[member] === null);
  return [
    ...cleared.map((member) => ({ path: [member], code: 'required', message: 'cannot be cleared' })),
    ...overlong(limits, person, personOf(customer, '@type'), []),
  ];
}

type Limits = { [member: string]: number | Limits };

/** Texts beyond their limit that are not the stored ones. */
function overlong(most: Limits, given: object, stored: object, path: string[]): Fault[] {
  return Object.entries(most).flatMap(([member, limit]) => {
    const value = memberOf(given, member);
    const known = memberOf(stored, member);
    const at = [...path, member];
    if (typeof limit !== 'number')
      return isObject(value) ? overlong(limit, value, isObject(known) ? known : {}, at) : [];
    if (typeof value !== 'string' || value === known || [...value].length <= limit) return [];
    return [{ path: at, code: 'too-long', message: `must have at most ${limit} characters` }];
  });
}

function memberOf(value: object, member: string): unknown {
  return Object.hasOwn(value, member) ? (value as Record<string, unknown>)[member] : undefined;
}
