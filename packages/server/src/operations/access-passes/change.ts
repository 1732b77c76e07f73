import { isDeepStrictEqual } from 'node:util';
import type { AccessPass } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { withoutPasses } from '#domain/pass-changes.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { editItem, type ItemResult, type Writing } from '../holdings/edit-item.ts';
import { codeTypeFaults, normalised, withNewPass } from './assign.ts';
import { retiredPass } from './read.ts';
import { assigningText, namespaceNamed } from './texts.ts';

/** Which pass of which account. */
export type PassTarget = { identifier: string; id: string };

type Result = ItemResult<AccessPass>;

/** How an active pass is shown; `undefined` removes. Its text never changes: that is another pass. */
export type PassEdit = Partial<Record<'codeType' | 'url', string | undefined>>;

/** Changes an active pass. Throws Refusal `not-found`, `pass-state`, `invalid`, and as `editAccount`. */
export function changePass(
  store: Store,
  actor: Actor,
  { identifier, id }: PassTarget,
  edit: PassEdit,
  writing: Writing<Result>,
): Promise<Result> {
  return editItem(store, actor, identifier, 'access-passes.change', writing, async (account) => {
    const active = await activeIn(store, actor, account, id);
    const codeType = edit.codeType && normalised(edit.codeType);
    if (codeType !== active.codeType) refuseFaults(codeTypeFaults(active.text, codeType));
    const changed = compact({ ...active, ...edit, ...('codeType' in edit ? { codeType } : {}) }) as AccessPass;
    if (isDeepStrictEqual(changed, active)) return [account, active];
    const accessPass = account.accessPass.map((one) => (one === active ? changed : one));
    return [{ ...account, accessPass }, changed];
  });
}

/**
 * Takes a pass out of use; its text stays the account's until it is released. One that was retired before stays as it is, so the
 * request can be repeated.
 *
 * @throws Refusal `not-found`, and as `editAccount`
 */
export function retirePass(
  store: Store,
  actor: Actor,
  { identifier, id }: PassTarget,
  reason: string,
  writing: Writing<Result>,
): Promise<Result> {
  return editItem(store, actor, identifier, 'access-passes.retire', writing, async (account) => {
    if (!account.accessPass.some((one) => one.id === id))
      return [account, await retiredPass(store, actor, account, id)];
    const next = withoutPasses(account, (one) => one.id === id, reason, actor);
    return [next, next.accessPass.find((one) => one.id === id) as AccessPass];
  });
}

/**
 * Puts another pass in the place of one, such as of a lost card, in one transaction. Without a text the new one has the next number
 * of the namespace; it is drawn as the old one was.
 *
 * @returns the new pass
 * @throws Refusal `not-found`, `pass-state`, `invalid`, `taken`, and as `editAccount`
 */
export function replacePass(
  store: Store,
  actor: Actor,
  { identifier, id }: PassTarget,
  { text: wanted, reason }: { text?: string; reason: string },
  writing: Writing<Result>,
): Promise<Result> {
  return assigningText(store, actor, wanted, (textIn) =>
    editItem(store, actor, identifier, 'access-passes.replace', writing, async (account) => {
      const old = await activeIn(store, actor, account, id);
      const namespace = await namespaceNamed(store, actor, old.namespace);
      if (wanted === old.text) {
        const message = 'must be another than that of the pass which is replaced';
        refuseFaults([{ path: ['text'], code: 'same', message }]);
      }
      const text = await textIn(namespace);
      // A number of another form may be none that the old one's symbology holds.
      const codeType = codeTypeFaults(text, old.codeType).length > 0 ? undefined : old.codeType;
      const without = withoutPasses(account, (one) => one.id === id, reason, actor);
      return withNewPass(without, { namespace, text, codeType }, actor);
    }),
  );
}

async function activeIn(store: Store, actor: Actor, account: Account, id: string): Promise<AccessPass> {
  const active = account.accessPass.find((one) => one.id === id);
  if (active) return active;
  await retiredPass(store, actor, account, id);
  throw new Refusal({ kind: 'pass-state', state: 'retired' });
}
