import { isDeepStrictEqual } from 'node:util';
import { passKey } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import { type EntitlementType, typeUri } from '#domain/entitlement-list.ts';
import {
  anyGrant,
  changedDateFaults,
  type Grant,
  grantFaults,
  listedOn,
  publicGrant,
  revoked,
  withDates,
  withGrant,
} from '#domain/grant.ts';
import { settled } from '#domain/holdings.ts';
import { passFaults, withoutPasses, withPass } from '#domain/pass-changes.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { resolveTypes } from '../entitlement-types/resolve.ts';

/** A pass as it is asked for; without a namespace in the organisation's default one. null takes away what the pass has. */
export type PassInput = { namespace?: string; text: string; codeType?: string | null; url?: string | null };

/** An entitlement as it is asked for: the type by its URI, dates as in {@link Grant}. */
export type EntitlementInput = { entitlementType: string; validFrom?: string; validUntil?: string | null };

/** Lists that replace what an account shows; an absent one leaves it as it is. */
export type HeldInput = { accessPass?: readonly PassInput[]; entitlement?: readonly EntitlementInput[] };

/**
 * Makes an account hold exactly these active passes and listed entitlements (openactive.md 3.4): passes are the same by namespace and
 * text, entitlements by type; what is in both is kept and changed, what is new is added under its rules, what is missing is retired or
 * revoked. Hidden and future entitlements are untouched, pending ones unless they are named.
 *
 * @throws Refusal `invalid` with all faults, paths `accessPass/{i}/text|namespace`, `entitlement/{i}/entitlementType|validFrom|validUntil`;
 *   `too-many`
 */
export async function replaceListed(store: Store, actor: Actor, stored: Account, input: HeldInput): Promise<Account> {
  // As the days that have passed left it, whether the job has come by or not.
  const account = settled(stored, actor);
  const [passes, entitlements] = await Promise.all([
    resolvePasses(store, actor, input.accessPass),
    resolveEntitlements(store, actor, input.entitlement),
  ]);
  refuseFaults([...passListFaults(account, passes), ...entitlementListFaults(account, entitlements, actor)]);
  const replaced = withEntitlements(withPasses(account, passes, actor), entitlements, actor);
  // Nothing was asked for but what is so already: what the day has done is written by who comes next.
  return isDeepStrictEqual(replaced, account) ? stored : replaced;
}

type WantedPass = PassInput & { of: PassNamespace | undefined };
type WantedEntitlement = EntitlementInput & { type: EntitlementType | undefined };

async function resolvePasses(
  store: Store,
  { organisation }: Actor,
  passes: HeldInput['accessPass'],
): Promise<WantedPass[] | undefined> {
  if (!passes) return undefined;
  const namespaceOf = (name: string | undefined) =>
    name === undefined
      ? store.passNamespaces.findDefault(organisation.id)
      : store.passNamespaces.find(organisation.id, name);
  return Promise.all(passes.map(async (pass) => ({ ...pass, of: await namespaceOf(pass.namespace) })));
}

async function resolveEntitlements(
  store: Store,
  { organisation }: Actor,
  entitlements: HeldInput['entitlement'],
): Promise<WantedEntitlement[] | undefined> {
  if (!entitlements) return undefined;
  const types = await resolveTypes(
    store,
    organisation,
    entitlements.map(({ entitlementType }) => entitlementType),
  );
  return entitlements.map((one) => ({ ...one, type: types.get(one.entitlementType) }));
}

function passListFaults(account: Account, passes: WantedPass[] = []): Fault[] {
  const carried = new Set(account.accessPass.map(passKey));
  const seen = new Set<string>();
  return passes.flatMap(({ of: namespace, text }, index): Fault[] => {
    const at = ['accessPass', index];
    if (!namespace)
      return [{ path: [...at, 'namespace'], code: 'unknown-namespace', message: 'is not a namespace of passes' }];
    const key = passKey({ namespace: namespace.name, text });
    if (seen.has(key)) return [{ path: [...at, 'text'], code: 'duplicate', message: 'is in the list twice' }];
    seen.add(key);
    if (carried.has(key)) return [];
    return passFaults({ namespace, text }).map((fault) => ({ ...fault, path: [...at, ...fault.path] }));
  });
}

function withPasses(account: Account, passes: WantedPass[] | undefined, actor: Actor): Account {
  if (!passes) return account;
  const wanted = passes.map(({ of, ...pass }) => ({ ...pass, namespace: of as PassNamespace }));
  const keys = new Set(wanted.map(({ namespace, text }) => passKey({ namespace: namespace.name, text })));
  // First out, then in: what leaves makes room in the namespace.
  const left = withoutPasses(account, (pass) => !keys.has(passKey(pass)), 'removed', actor);
  return wanted.reduce((next, pass) => withPass(next, pass, actor), left);
}

function entitlementListFaults(account: Account, entitlements: WantedEntitlement[] = [], actor: Actor): Fault[] {
  const today = todayOf(actor);
  const seen = new Set<string>();
  return entitlements.flatMap((one, index): Fault[] => {
    const at = (fault: Fault): Fault => ({ ...fault, path: ['entitlement', index, ...fault.path] });
    if (seen.has(one.entitlementType))
      return [at({ path: ['entitlementType'], code: 'duplicate', message: 'is in the list twice' })];
    seen.add(one.entitlementType);
    const held = heldNamed(account, one, actor);
    if (!held) {
      const faults = grantFaults(grantOf(one), today, publicGrant);
      // Of a hidden type it is not even told that the account has it.
      const known = faults.every(({ code }) => code !== 'unknown-type');
      return [...faults, ...(known ? openFaults(account, one) : [])].map(at);
    }
    const { validFrom = held.validFrom, validUntil = held.validUntil } = one;
    const same = validFrom === held.validFrom && (validUntil ?? undefined) === held.validUntil;
    return same ? [] : changedDateFaults(held, validFrom, validUntil ?? undefined, actor, publicGrant).map(at);
  });
}

/** A future one of the type is not listed, so it is neither kept nor replaced here. */
function openFaults(account: Account, { type }: WantedEntitlement): Fault[] {
  const open = account.entitlement.some((one) => isOpen(one) && one.type.number === type?.number);
  const message = 'is already granted to this account from a later day';
  return open ? [{ path: ['entitlementType'], code: 'granted', message }] : [];
}

/** The listed one of the type, or the one that waits for proof: that was asked for already, so a repeat changes nothing. */
function heldNamed(account: Account, { entitlementType }: EntitlementInput, actor: Actor): Entitlement | undefined {
  const { baseUrl } = actor.organisation;
  const pending = account.entitlement.filter((one) => one.state === 'pending' && !one.type.hidden);
  const known = [...listedOn(account, todayOf(actor)), ...pending];
  return known.find(({ type }) => typeUri(baseUrl, type) === entitlementType);
}

function grantOf({ type, validFrom, validUntil }: WantedEntitlement): Grant {
  return { type, validFrom, validUntil };
}

function withEntitlements(account: Account, entitlements: WantedEntitlement[] | undefined, actor: Actor): Account {
  if (!entitlements) return account;
  const kept = new Map(
    entitlements.flatMap((one) => {
      const held = heldNamed(account, one, actor);
      return held ? [[held.id, one] as const] : [];
    }),
  );
  const listed = new Set(listedOn(account, todayOf(actor)).map(({ id }) => id));
  const changed: Account = {
    ...account,
    entitlement: account.entitlement.map((one) => {
      const dates = kept.get(one.id);
      if (dates) return withDates(one, dates, actor, anyGrant);
      return listed.has(one.id) ? revoked(one, 'removed', actor) : one;
    }),
  };
  const granted = entitlements.filter((one) => !heldNamed(account, one, actor));
  return granted.reduce((next, one) => withGrant(next, grantOf(one), actor, publicGrant), changed);
}
