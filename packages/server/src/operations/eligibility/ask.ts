import type { AccountDocument } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { type AskedType, matching, type NoMatch, noMatches, type Standing, standingOf } from '#domain/eligibility.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import { settled } from '#domain/holdings.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { resolveTypes } from '../entitlement-types/resolve.ts';
import { everyEntitlement } from '../entitlements/read.ts';
import { noteRead } from '../reads/note.ts';

/** An offer on a day: one of its types is enough, an offer without types is open to all. Without a day it is about today. */
export type Offer = { types: readonly string[]; at?: string | undefined };

/** Who asks for the offer: an account by its identifier, or by a pass; without a namespace in the default one. */
export type Asker = { identifier: string } | { accessPass: { namespace?: string; text: string } };

/** May this account use the offer on the day, and may it book at all? */
export type Eligibility = {
  at: string;
  /** Of a reserved pass there is none. */
  document?: AccountDocument;
  /** By a pass: what state it is in. Only an active one opens anything. */
  pass?: 'active' | 'retired' | 'reserved';
  eligible: boolean;
  /** The entitlements that open the offer. */
  matched: Entitlement[];
  /** Why not, where it is for want of an entitlement. */
  noMatches: NoMatch[];
  standing: Standing | undefined;
};

/**
 * Answers for one account and one offer; "no" is an answer. Askers at the same time share round trips, and history is read only for
 * days before today and to say why not.
 *
 * @throws Refusal `not-found` (subject `account` or `access-pass`), `gone`
 */
export async function askEligibility(store: Store, actor: Actor, asker: Asker, offer: Offer): Promise<Eligibility> {
  const answer = await answerTo(store, actor, asker, offer);
  if (answer.document) noteRead(store, actor, 'eligibility.ask', answer.document);
  return answer;
}

/** Answers several such questions, each as {@link askEligibility} does or with its Refusal `not-found` or `gone`. */
export async function askAll(
  store: Store,
  actor: Actor,
  questions: readonly { asker: Asker; offer: Offer }[],
): Promise<(Eligibility | Refusal)[]> {
  const answers = await Promise.all(
    questions.map(({ asker, offer }) => answerTo(store, actor, asker, offer).catch(unknownAsker)),
  );
  const documents = answers.flatMap((answer) => (answer instanceof Refusal ? [] : (answer.document ?? [])));
  noteRead(store, actor, 'eligibility.ask', ...documents);
  return answers;
}

function unknownAsker(error: unknown): Refusal {
  if (error instanceof Refusal && ['not-found', 'gone'].includes(error.reason.kind)) return error;
  throw error;
}

async function answerTo(store: Store, actor: Actor, asker: Asker, offer: Offer): Promise<Eligibility> {
  const at = offer.at ?? todayOf(actor);
  const [found, types] = await Promise.all([find(store, actor, asker), askedTypes(store, actor, offer.types)]);
  const { document, pass } = found;
  const refused = pass !== undefined && pass !== 'active';
  if (!document || refused) {
    const standing = document && { ...standingOf(document), mayBook: false };
    return { at, ...found, eligible: false, matched: [], noMatches: [], standing };
  }
  const answer = await judge(store, actor, document, types, at);
  return { at, ...found, ...answer, standing: standingOf(document) };
}

type Found = { document?: AccountDocument; pass?: 'active' | 'retired' | 'reserved' };

async function find(store: Store, actor: Actor, asker: Asker): Promise<Found> {
  if ('identifier' in asker) return { document: await loadAccount(store, actor, asker.identifier) };
  const { id } = actor.organisation;
  const { text, namespace = (await store.passNamespaces.findDefault(id)).name } = asker.accessPass;
  const found = await store.accessPasses.find(id, namespace, text);
  if (!found) throw new Refusal({ kind: 'not-found', subject: 'access-pass' });
  return found.state === 'reserved' ? { pass: 'reserved' } : { document: found.document, pass: found.state };
}

async function askedTypes(store: Store, actor: Actor, uris: readonly string[]): Promise<AskedType[]> {
  const distinct = [...new Set(uris)];
  const types = await resolveTypes(store, actor.organisation, distinct);
  return distinct.map((uri) => ({ uri, number: types.get(uri)?.number }));
}

async function judge(
  store: Store,
  actor: Actor,
  { account }: AccountDocument,
  types: AskedType[],
  at: string,
): Promise<Pick<Eligibility, 'eligible' | 'matched' | 'noMatches'>> {
  const day = { at, today: todayOf(actor) };
  if (types.length === 0) return { eligible: true, matched: [], noMatches: [] };
  if (at >= day.today) {
    const matched = matching(types, settled(account, actor).entitlement, day);
    if (matched.length > 0) return { eligible: true, matched, noMatches: [] };
  }
  const every = await everyEntitlement(store, actor, account);
  const matched = at < day.today ? matching(types, every, day) : [];
  const eligible = matched.length > 0;
  return { eligible, matched, noMatches: eligible ? [] : noMatches(types, every, at) };
}
