import { type AccessPass, newestFirst } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import { compact } from '#domain/compact.ts';
import type { Organisation } from '#domain/organisation.ts';
import { codeTypeOf } from '#domain/pass-namespace.ts';
import type { EntitlementInput, HeldInput, PassInput } from '#operations/holdings/replace-listed.ts';
import { type BarcodeView, barcodeView } from './barcode.ts';
import type { BarcodeItem, EntitlementItem } from './held-schema.ts';

/** The lists of a request; an absent one is left as it is, null means an empty one. */
export type HeldLists = {
  accessPass?: BarcodeItem[] | null | undefined;
  entitlement?: EntitlementItem[] | null | undefined;
};

/** The lists of a body that has been checked; undefined when it has none. */
export function listsOf({ accessPass, entitlement }: HeldLists): HeldLists | undefined {
  return accessPass === undefined && entitlement === undefined ? undefined : { accessPass, entitlement };
}

/** What a new account is to hold. */
export function heldInput({ accessPass, entitlement }: HeldLists, organisation: Organisation): HeldInput {
  return compact({
    accessPass: accessPass === undefined ? undefined : (accessPass ?? []).map((item) => passInput(item, organisation)),
    entitlement: entitlement === undefined ? undefined : (entitlement ?? []).map(entitlementInput),
  }) as HeldInput;
}

/**
 * What an account that holds something already is to hold. Members that are sent back as they are shown stay as they are stored
 * (openactive.md 3.9), and so does the namespace, which the core profile does not show.
 *
 * @param defaultNamespace of passes that name none and are not carried yet
 */
export function changedHeldInput(
  { accessPass, entitlement }: HeldLists,
  account: Account,
  organisation: Organisation,
  defaultNamespace: string,
): HeldInput {
  if (!accessPass) return heldInput({ accessPass, entitlement }, organisation);
  const carried = newestFirst(account.accessPass).map((pass) => ({
    pass,
    view: barcodeView(pass, organisation, 'extended'),
  }));
  const meant = meantPasses(accessPass, carried, defaultNamespace);
  const items = accessPass.map((item): BarcodeItem => {
    const { pass, view } = meant.get(item) ?? {};
    const namespace = pass?.namespace ?? item['tessera:passNamespace'] ?? defaultNamespace;
    return { ...changedMembers(item, view ? [view] : []), text: item.text, 'tessera:passNamespace': namespace };
  });
  return heldInput({ accessPass: items, entitlement }, organisation);
}

/** The members of an item that none of the passes shows with that value. */
export function changedMembers(item: BarcodeItem, views: BarcodeView[]): Partial<BarcodeItem> {
  const shown = (member: string, value: unknown) => views.some((view) => view[member as keyof BarcodeView] === value);
  return Object.fromEntries(Object.entries(item).filter(([member, value]) => !shown(member, value)));
}

type Carried = { pass: AccessPass; view: BarcodeView };

/**
 * Which pass of the account each item means: the one of its namespace; where it names none, the one with its picture, else the default
 * namespace's, else any with its text.
 */
function meantPasses(
  items: readonly BarcodeItem[],
  carried: readonly Carried[],
  defaultNamespace: string,
): Map<BarcodeItem, Carried> {
  const left = Map.groupBy(carried, ({ pass }) => pass.text);
  const meant = new Map<BarcodeItem, Carried>();
  const ways: ((one: Carried, namespace: string | undefined, item: BarcodeItem) => boolean)[] = [
    ({ pass }, namespace) => namespace === pass.namespace,
    ({ view }, namespace, { url }) => namespace === undefined && url === view.url,
    ({ pass }, namespace) => namespace === undefined && pass.namespace === defaultNamespace,
    (_, namespace) => namespace === undefined,
  ];
  for (const fits of ways) {
    for (const item of items) {
      if (meant.has(item)) continue;
      const candidates = left.get(item.text) ?? [];
      const namespace = item['tessera:passNamespace'] ?? undefined;
      const index = candidates.findIndex((one) => fits(one, namespace, item));
      const [found] = index < 0 ? [] : candidates.splice(index, 1);
      if (found) meant.set(item, found);
    }
  }
  return meant;
}

function passInput(item: BarcodeItem, { baseUrl }: Organisation): PassInput {
  const { text, url, 'beta:codeType': codeType, 'tessera:passNamespace': namespace } = item;
  return compact({
    namespace: namespace ?? undefined,
    text,
    codeType: codeType && (codeTypeOf(codeType) ?? codeType),
    // A picture that Tessera draws is none kept elsewhere, and its address is void when the pass is.
    url: url?.startsWith(`${baseUrl}/passes/`) ? undefined : url,
  }) as PassInput;
}

function entitlementInput({ entitlementType, validFrom, validUntil }: EntitlementItem): EntitlementInput {
  return compact({
    entitlementType: typeof entitlementType === 'string' ? entitlementType : entitlementType['@id'],
    validFrom: validFrom ?? undefined,
    validUntil,
  }) as EntitlementInput;
}
