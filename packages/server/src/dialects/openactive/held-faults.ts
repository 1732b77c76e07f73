import type { Account } from '#domain/account.ts';
import type { Organisation } from '#domain/organisation.ts';
import type { Fault } from '#domain/refusal.ts';
import { validatorOf } from '#http/validation.ts';
import { barcodeView } from './barcode.ts';
import { changedMembers, type HeldLists } from './held-input.ts';
import { BarcodeInput, EntitlementInput } from './held-schema.ts';

const barcodeFaults = validatorOf(BarcodeInput);
const entitlementFaults = validatorOf(EntitlementInput);

/** Faults of the form of what a patch lists; limits bind new values only (architecture.md, Settled 12). */
export function listFaults(
  { accessPass, entitlement }: HeldLists,
  account: Account,
  organisation: Organisation,
): Fault[] {
  const views = Map.groupBy(
    account.accessPass.map((pass) => barcodeView(pass, organisation, 'extended')),
    ({ text }) => text,
  );
  const passes = (accessPass ?? []).flatMap((item, index) => {
    const { text } = item;
    const faults = barcodeFaults(withoutNulls({ ...changedMembers(item, views.get(text) ?? []), text }));
    return faults.map(at('accessPass', index));
  });
  const entitlements = (entitlement ?? []).flatMap((item, index) =>
    entitlementFaults(withoutNulls(item)).map(at('entitlement', index)),
  );
  return [...passes, ...entitlements];
}

function withoutNulls(item: object): object {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}

function at(...place: Fault['path']): (fault: Fault) => Fault {
  return (fault) => ({ ...fault, path: [...place, ...fault.path] });
}
