import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { withoutPasses, withPass } from '#domain/pass-changes.ts';
import type { Store } from '#store/store.ts';
import type { AccountResult } from '../accounts/create.ts';
import { editAccount } from '../accounts/edit.ts';
import type { Keep } from '../write.ts';

/**
 * Gives an account a pass in the organisation's default namespace, in place of all others it has there (imin.md 2.5.3, 3.1). One that
 * it has already becomes the newest; one that it had before comes back.
 *
 * @throws Refusal `invalid` (path `text`), `taken` (accessPass), `not-found`, `gone`, `precondition`, `passive`
 */
export function setDefaultPass(
  store: Store,
  actor: Actor,
  identifier: string,
  {
    text,
    ifMatch,
    keep,
  }: { text: string; ifMatch?: ((aggregate: Aggregate) => boolean) | undefined; keep?: Keep<AccountResult> },
): Promise<AccountResult> {
  return editAccount(store, actor, identifier, {
    operation: 'access-passes.set',
    ifMatch,
    keep,
    edit: async (account) => {
      const namespace = await store.passNamespaces.findDefault(actor.organisation.id);
      const replaced = (pass: { namespace: string; text: string }) =>
        pass.namespace === namespace.name && pass.text !== text;
      // First out, then in: what leaves makes room in the namespace.
      const left = withoutPasses(account, replaced, 'replaced', actor);
      return withPass(left, { namespace, text, asNewest: true }, actor);
    },
  });
}
