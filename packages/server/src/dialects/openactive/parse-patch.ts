import { isDeepStrictEqual } from 'node:util';
import type { Account, Aggregate } from '#domain/account.ts';
import type { Customer, CustomerDetails } from '#domain/customer.ts';
import { isObject, mergePatch } from '#domain/merge.ts';
import type { Organisation } from '#domain/organisation.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import { validatorOf } from '#http/validation.ts';
import type { CustomerEdit } from '#operations/customers/change.ts';
import { accountIn } from '#operations/write.ts';
import { type CustomerForm, detailsOf, formOf, referenceOf } from './customer-form.ts';
import { customerView } from './customer-view.ts';
import { shownText } from './emission.ts';
import { claimFaults, fixed } from './faults.ts';
import { listFaults } from './held-faults.ts';
import { type HeldLists, listsOf } from './held-input.ts';
import { minimumFaults, referenceText } from './parse-put.ts';
import { AccountNumber, AccountPatchShape, Customer as CustomerSchema } from './schema.ts';

type Members = Record<string, unknown>;

const shapeFaults = validatorOf(AccountPatchShape);
const customerFaults = validatorOf(CustomerSchema);
const accountNumberFaults = validatorOf(AccountNumber);

/** What a merge patch does: to the customer and the account itself, and to what the account holds, if it says anything of that. */
export type ParsedPatch = { edit: (aggregate: Aggregate) => CustomerEdit; lists: HeldLists | undefined };

/**
 * What a merge patch does (openactive.md 3.4), as a function of what is stored.
 *
 * @param body as it was sent
 * @throws Refusal `invalid` for what is wrong whatever is stored; `edit` throws it for the rest
 */
export function parsePatch(
  body: unknown,
  target: { id: string; identifier: string },
  organisation: Organisation,
): ParsedPatch {
  refuseFaults(shapeFaults(body));
  const patch = body as Members;
  const faults = claimFaults(patch, target, organisation);
  if (patch.customer === null) faults.push(fixed(['customer'], 'cannot be removed'));
  refuseFaults(faults);
  const lists = listsOf(patch);
  const edit = (aggregate: Aggregate) => {
    const account = accountIn(aggregate, target.identifier);
    const customer = isObject(patch.customer) ? patchedCustomer(patch.customer, aggregate.customer) : undefined;
    const number = patchedNumber(patch.accountNumber, account);
    const held = lists ? listFaults(lists, account, organisation) : [];
    refuseFaults([...number.faults, ...(customer?.faults ?? []), ...held]);
    return { ...number.edit, ...customer?.edit };
  };
  return { edit, lists };
}

type Patched = { edit: CustomerEdit; faults: Fault[] };

function patchedNumber(given: unknown, { accountNumber: stored }: Account): Patched {
  if (given === undefined || given === (stored ?? null) || given === shownText(stored)) return { edit: {}, faults: [] };
  const faults = given === null ? [] : accountNumberFaults(given);
  return {
    edit: { account: { accountNumber: given as string | null } },
    faults: faults.map((fault) => ({ ...fault, path: ['accountNumber'] })),
  };
}

function patchedCustomer(patch: Members, customer: Customer): Patched {
  const stored = formOf(customer);
  const merged = mergePatch(stored, asStored(withReference(patch), customerView(stored), stored)) as CustomerForm;
  if (isDeepStrictEqual(merged, stored)) return { edit: {}, faults: [] };
  const details = detailsOf(merged, customer.details);
  const typeFaults = merged['@type'] === stored['@type'] ? [] : [fixed(['customer', '@type'], 'cannot change')];
  return {
    edit: { details, customerRef: merged.identifier?.value ?? null },
    faults: [
      ...typeFaults,
      ...newFaults(merged, stored),
      ...minimumFaults(stored['@type'], details as CustomerDetails),
    ],
  };
}

/** A reference given as text is the PropertyValue with that text. */
function withReference(patch: Members): Members {
  if (typeof patch.identifier !== 'string') return patch;
  return { ...patch, identifier: referenceOf(referenceText(patch.identifier) as string) };
}

/**
 * The patch with every value that equals its shown form replaced by the stored one, so that sending back what was read changes
 * nothing (openactive.md 3.9).
 */
function asStored(patch: Members, shown: unknown, stored: unknown): Members {
  const from = (source: unknown, member: string) => (isObject(source) ? source[member] : undefined);
  return Object.fromEntries(
    Object.entries(patch).map(([member, value]) => {
      const [as, is] = [from(shown, member), from(stored, member)];
      if (isObject(value)) return [member, asStored(value, as, is)];
      return [member, value !== null && isDeepStrictEqual(value, as) ? (is ?? value) : value];
    }),
  );
}

/** Faults of what the patch changed: limits bind new values only (architecture.md, Settled 12). */
function newFaults(merged: CustomerForm, stored: CustomerForm): Fault[] {
  // A copy, because judging trims.
  return customerFaults(structuredClone(merged))
    .filter(({ path }) => path[0] !== '@type')
    .filter(
      ({ path }) =>
        valueAt(merged, path) === undefined || !isDeepStrictEqual(valueAt(merged, path), valueAt(stored, path)),
    )
    .map((fault) => ({ ...fault, path: ['customer', ...fault.path] }));
}

function valueAt(value: unknown, path: Fault['path']): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    value,
  );
}
