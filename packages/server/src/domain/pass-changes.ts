import { type AccessPass, newestFirst, passKey } from './access-pass.ts';
import type { Account } from './account.ts';
import type { Actor } from './actor.ts';
import { compact } from './compact.ts';
import { newIdentifier } from './identifier.ts';
import type { PassNamespace } from './pass-namespace.ts';
import { passTextFault } from './pass-rules.ts';
import { type Fault, Refusal, refuseFaults } from './refusal.ts';

/** A pass to assign. */
export type NewPass = {
  namespace: PassNamespace;
  text: string;
  /** null takes away what a pass that is carried already has. */
  codeType?: string | null | undefined;
  url?: string | null | undefined;
  /** Counts as assigned now also when the account carries it already (imin.md 3.1). */
  asNewest?: true;
};

/** What is wrong with the text of a pass in its namespace; the path is `text` (openactive.md 3.5). */
export function passFaults({ namespace, text }: Pick<NewPass, 'namespace' | 'text'>): Fault[] {
  const fault = passTextFault(namespace, text);
  return fault ? [{ path: ['text'], ...fault }] : [];
}

/**
 * Adds a pass. One that the account carries already keeps its id and time and takes the new members; whether another account has or
 * had the text is the database's to say when it is written.
 *
 * @throws Refusal `invalid` (text), `too-many`
 */
export function withPass(account: Account, pass: NewPass, actor: Actor): Account {
  const key = passKey({ namespace: pass.namespace.name, text: pass.text });
  const known = account.accessPass.find((one) => one.state === 'active' && passKey(one) === key);
  const { codeType, url } = pass;
  if (known) {
    const members = { codeType: setOr(codeType, known.codeType), url: setOr(url, known.url) };
    const next = compact({ ...known, ...members }) as AccessPass;
    if (!pass.asNewest)
      return { ...account, accessPass: account.accessPass.map((one) => (one === known ? next : one)) };
    const newest = { ...next, assignedAt: actor.now.toISOString(), assignedBy: actor.name };
    const isNewest = newestFirst(account.accessPass.filter((one) => one.state === 'active'))[0] === known;
    return isNewest
      ? account
      : { ...account, accessPass: [...account.accessPass.filter((one) => one !== known), newest] };
  }
  // The rule binds new values only: what is carried already passes, whatever the rule has become.
  refuseFaults(passFaults(pass));
  const limit = pass.namespace.maxActivePerAccount;
  const active = account.accessPass.filter((one) => one.state === 'active' && one.namespace === pass.namespace.name);
  if (active.length >= limit) throw new Refusal({ kind: 'too-many', what: 'passes', limit });
  const added = compact({
    id: newIdentifier(),
    namespace: pass.namespace.name,
    text: pass.text,
    state: 'active',
    codeType: codeType ?? undefined,
    url: url ?? undefined,
    assignedAt: actor.now.toISOString(),
    assignedBy: actor.name,
  }) as AccessPass;
  // A pass of the same text that this edit retires is the same row.
  return { ...account, accessPass: [...account.accessPass.filter((one) => passKey(one) !== key), added] };
}

/** A member as it becomes: absent stays, null clears. */
function setOr<T>(given: T | null | undefined, kept: T | undefined): T | undefined {
  return given === undefined ? kept : (given ?? undefined);
}

/** Takes active passes out of use; their texts stay the account's until released. */
export function withoutPasses(
  account: Account,
  which: (pass: AccessPass) => boolean,
  reason: string,
  actor: Actor,
): Account {
  const retired = { state: 'retired', retiredAt: actor.now.toISOString(), retiredBy: actor.name, reason } as const;
  return {
    ...account,
    accessPass: account.accessPass.map((one) => (one.state === 'active' && which(one) ? { ...one, ...retired } : one)),
  };
}
