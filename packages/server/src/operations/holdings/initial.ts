import { passKey } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { anyGrant, type Grant, grantFaults, withGrant } from '#domain/grant.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { newPassFaults, withNewPass } from '../access-passes/assign.ts';
import { resolveTypes } from '../entitlement-types/resolve.ts';
import type { GrantInput } from '../entitlements/grant.ts';

/** What a new account is to hold from the beginning. */
export type InitialHoldings = {
  accessPass?: { namespace?: string; text: string; codeType?: string; url?: string }[];
  entitlement?: GrantInput[];
  hiddenDiscount?: boolean;
};

type Resolved = {
  passes: { namespace: PassNamespace | undefined; text: string; codeType?: string; url?: string }[];
  grants: (Grant & { uri: string })[];
};

/** What is wrong with it: paths `accessPass/{i}/namespace|text|codeType`, `entitlement/{i}/entitlementType|validFrom|validUntil`. */
export async function initialFaults(store: Store, actor: Actor, input: InitialHoldings): Promise<Fault[]> {
  return faultsOf(await resolve(store, actor, input), actor);
}

/**
 * Gives a new account what it is to hold.
 *
 * @throws Refusal `invalid` as {@link initialFaults}, `too-many`
 */
export async function withInitial(
  store: Store,
  actor: Actor,
  account: Account,
  input: InitialHoldings,
): Promise<Account> {
  const resolved = await resolve(store, actor, input);
  refuseFaults(faultsOf(resolved, actor));
  const flagged: Account = input.hiddenDiscount ? { ...account, hiddenDiscount: true } : account;
  const carrying = resolved.passes.reduce(
    (next, pass) => withNewPass(next, { ...pass, namespace: pass.namespace as PassNamespace }, actor)[0],
    flagged,
  );
  return resolved.grants.reduce((next, { uri: _, ...grant }) => withGrant(next, grant, actor, anyGrant), carrying);
}

async function resolve(
  store: Store,
  { organisation }: Actor,
  { accessPass = [], entitlement = [] }: InitialHoldings,
): Promise<Resolved> {
  const { id } = organisation;
  const [types, namespaces] = await Promise.all([
    resolveTypes(
      store,
      organisation,
      entitlement.map(({ entitlementType }) => entitlementType),
    ),
    Promise.all(
      accessPass.map(({ namespace }) =>
        namespace === undefined ? store.passNamespaces.findDefault(id) : store.passNamespaces.find(id, namespace),
      ),
    ),
  ]);
  return {
    passes: accessPass.map((pass, index) => ({ ...pass, namespace: namespaces[index] })),
    grants: entitlement.map(({ entitlementType: uri, ...grant }) => ({ ...grant, uri, type: types.get(uri) })),
  };
}

function faultsOf({ passes, grants }: Resolved, actor: Actor): Fault[] {
  return [...passListFaults(passes), ...grantListFaults(grants, todayOf(actor))];
}

function passListFaults(passes: Resolved['passes']): Fault[] {
  const seen = new Set<string>();
  return passes.flatMap(({ namespace, ...pass }, index): Fault[] => {
    const at = (fault: Fault): Fault => ({ ...fault, path: ['accessPass', index, ...fault.path] });
    if (!namespace)
      return [at({ path: ['namespace'], code: 'unknown-namespace', message: 'is not a namespace of passes' })];
    const key = passKey({ namespace: namespace.name, text: pass.text });
    if (seen.has(key)) return [at({ path: ['text'], ...duplicate })];
    seen.add(key);
    return newPassFaults({ ...pass, namespace }).map(at);
  });
}

function grantListFaults(grants: Resolved['grants'], today: string): Fault[] {
  const seen = new Set<string>();
  return grants.flatMap(({ uri, ...grant }, index): Fault[] => {
    const at = (fault: Fault): Fault => ({ ...fault, path: ['entitlement', index, ...fault.path] });
    if (seen.has(uri)) return [at({ path: ['entitlementType'], ...duplicate })];
    seen.add(uri);
    return grantFaults(grant, today, anyGrant).map(at);
  });
}

const duplicate = { code: 'duplicate', message: 'is in the list twice' };
