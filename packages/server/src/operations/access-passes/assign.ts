import { type AccessPass, passKey } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { passFaults, withPass } from '#domain/pass-changes.ts';
import { codeTypeOf, type PassNamespace } from '#domain/pass-namespace.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import { symbologyFault } from '#domain/symbology.ts';
import type { Store } from '#store/store.ts';
import { editItem, type ItemResult, type Writing } from '../holdings/edit-item.ts';
import { assigningText, namespaceNamed } from './texts.ts';

/** A pass to assign; without a namespace in the default one, without a text with the next number of the namespace. */
export type PassInput = { namespace?: string; text?: string; codeType?: string; url?: string };

/**
 * Assigns a pass to an account. A text that is reserved, or that was retired from the same account, comes into use.
 *
 * @throws Refusal `invalid`, `taken` (another account has it, or had it and it was not released), `pass-state` (this account carries
 *   it), `too-many`, and as `editAccount`
 */
export function assignPass(
  store: Store,
  actor: Actor,
  identifier: string,
  input: PassInput,
  writing: Writing<ItemResult<AccessPass>>,
): Promise<ItemResult<AccessPass>> {
  return assigningText(store, actor, input.text, (textIn) =>
    editItem(store, actor, identifier, 'access-passes.assign', writing, async (account) => {
      const namespace = await namespaceNamed(store, actor, input.namespace);
      return withNewPass(account, { ...input, namespace, text: await textIn(namespace) }, actor);
    }),
  );
}

type Assigned = { namespace: PassNamespace; text: string; codeType?: string | undefined; url?: string | undefined };

/** The account with one more pass, and that pass. Throws Refusal `invalid`, `pass-state`, `too-many`. */
export function withNewPass(
  account: Account,
  { namespace, text, codeType, url }: Assigned,
  actor: Actor,
): [Account, AccessPass] {
  const key = passKey({ namespace: namespace.name, text });
  if (account.accessPass.some((one) => one.state === 'active' && passKey(one) === key))
    throw new Refusal({ kind: 'pass-state', state: 'active' });
  refuseFaults(newPassFaults({ namespace, text, codeType }));
  const pass = compact({ namespace, text, codeType: codeType && normalised(codeType), url });
  const next = withPass(account, pass, actor);
  return [next, next.accessPass.at(-1) as AccessPass];
}

/** What is wrong with a pass: paths are `text`, `codeType`. */
export function newPassFaults({ namespace, text, codeType }: Omit<Assigned, 'url'>): Fault[] {
  const faults = passFaults({ namespace, text });
  return faults.length > 0 ? faults : codeTypeFaults(text, codeType);
}

/** A symbology that was named for a text and that Tessera draws must be one that can hold it. */
export function codeTypeFaults(text: string, codeType: string | undefined): Fault[] {
  const drawn = codeType === undefined ? undefined : codeTypeOf(codeType);
  const fault = drawn && symbologyFault(text, drawn);
  return fault ? [fault] : [];
}

/** The name that Tessera has for a symbology, else as it was given. */
export function normalised(codeType: string): string {
  return codeTypeOf(codeType) ?? codeType;
}
