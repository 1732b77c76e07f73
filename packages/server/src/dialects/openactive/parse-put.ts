import type { CustomerDetails } from '#domain/customer.ts';
import { hasWayToName } from '#domain/details-rules.ts';
import { isObject } from '#domain/merge.ts';
import type { Organisation } from '#domain/organisation.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import { keyedDigest } from '#http/keyed-digest.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import type { HeldInput } from '#operations/holdings/replace-listed.ts';
import { type CustomerForm, detailsOf, type Reference } from './customer-form.ts';
import { claimFaults, incomplete } from './faults.ts';
import { heldInput, listsOf } from './held-input.ts';

export type ParsedPut = { customer: NewCustomer; accountNumber?: string; held?: HeldInput; putDigest: string };

/** A customer as a request may write it: the reference may be plain text. */
export type CustomerInput = Omit<CustomerForm, 'identifier'> & { identifier?: string | Reference };

/**
 * What the body of a PUT creates. Null members count as absent (openactive.md 3.3).
 *
 * @param body checked against the schema
 * @throws Refusal `invalid`
 */
export function parsePut(
  body: unknown,
  target: { id: string; identifier: string },
  organisation: Organisation,
): ParsedPut {
  const { '@context': context, ...content } = withoutNulls(body) as Record<string, unknown>;
  const input = content.customer as CustomerInput;
  const details = detailsOf(input as CustomerForm, {});
  refuseFaults([
    ...claimFaults({ '@context': context, ...content }, target, organisation),
    ...minimumFaults(input['@type'], details as CustomerDetails),
  ]);
  const customerRef = referenceText(input.identifier);
  const lists = listsOf(content);
  return {
    customer: {
      kind: input['@type'] === 'Organization' ? 'organization' : 'person',
      details,
      ...(customerRef === undefined ? {} : { customerRef }),
    },
    ...(content.accountNumber === undefined ? {} : { accountNumber: content.accountNumber as string }),
    ...(lists ? { held: heldInput(lists, organisation) } : {}),
    putDigest: keyedDigest(organisation, content),
  };
}

/** What a customer must at least have (openactive.md 2.6). */
export function minimumFaults(type: CustomerForm['@type'], details: CustomerDetails): Fault[] {
  if (type === 'Organization' && details.name === undefined) {
    return [incomplete(['customer', 'name'], 'is required of an Organization')];
  }
  if (hasWayToName(details)) return [];
  return [incomplete(['customer'], 'needs at least one of email, telephone, familyName, name')];
}

/** The reference as text. Identifiers reach us as they were sent; this member is a text like any other, so it is made NFC here. */
export function referenceText(identifier: CustomerInput['identifier']): string | undefined {
  return typeof identifier === 'object' ? identifier.value : identifier?.normalize('NFC');
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}
