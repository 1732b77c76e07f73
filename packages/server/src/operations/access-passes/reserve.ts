import type { Actor } from '#domain/actor.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { passTextFault } from '#domain/pass-rules.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import type { ReservedPass } from '#store/reserved-passes.ts';
import type { Store } from '#store/store.ts';
import { readPassNamespace } from '../pass-namespaces/read.ts';
import type { Keep } from '../write.ts';
import { exhausted, freeTexts } from './texts.ts';

/** How many texts one request can reserve. */
export const maxReservedAtOnce = 10_000;

/** What was reserved, in the order asked for. */
export type Reservation = { namespace: string; texts: string[] };

const maxAttempts = 30;

/**
 * Reserves texts that are printed on cards: nobody is assigned one but by its text. All or none.
 *
 * @throws Refusal `not-found` (the namespace), `invalid` with the paths `texts/{i}`, `taken` with the same, `idempotency-busy`
 */
export async function reserveTexts(
  store: Store,
  actor: Actor,
  name: string,
  texts: string[],
  keep?: Keep<Reservation>,
): Promise<Reservation> {
  const reservation = { namespace: name, texts };
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const namespace = await readPassNamespace(store, actor, name);
    refuseFaults(textsFaults(namespace, texts));
    const end = await store.reservedPasses.reserve(actor, namespace, texts, keep?.(reservation));
    if (end.outcome === 'written') return reservation;
    if (end.outcome === 'idempotency') throw new Refusal({ kind: 'idempotency-busy' });
    if (end.outcome === 'taken') {
      const at = end.positions.map((position) => ['texts', position]);
      throw new Refusal({ kind: 'taken', key: 'accessPass', at });
    }
    // The rules of the namespace have just changed.
  }
  throw exhausted();
}

/**
 * Makes numbers by the rules of a namespace and reserves them. None is a text that is in use, retired or reserved.
 *
 * @param asked.length length of each text; absent: the least that the rules permit and that leaves enough numbers to choose from
 * @throws Refusal `not-found` (the namespace), `invalid` with the paths `count`, `length`, `namespace`; `idempotency-busy`
 */
export async function generateTexts(
  store: Store,
  actor: Actor,
  name: string,
  asked: { count: number; length?: number },
  keep?: Keep<Reservation>,
): Promise<Reservation> {
  const taken = new Set<string>();
  let texts: string[] = [];
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const namespace = await readPassNamespace(store, actor, name);
    // What the rules made before may not be what they make now.
    texts = texts.filter((text) => passTextFault(namespace, text) === undefined);
    texts.push(...(await missing(store, actor, namespace, asked, texts, taken)));
    const reservation = { namespace: name, texts };
    const end = await store.reservedPasses.reserve(actor, namespace, texts, keep?.(reservation));
    if (end.outcome === 'written') return reservation;
    if (end.outcome === 'idempotency') throw new Refusal({ kind: 'idempotency-busy' });
    if (end.outcome === 'taken') {
      const clashing = new Set(end.positions);
      for (const position of clashing) taken.add(texts[position] as string);
      texts = texts.filter((_, position) => !clashing.has(position));
    }
  }
  throw exhausted();
}

/** Reserved texts of a namespace in their order, those after `after`, and whether there are more. Throws Refusal `not-found`. */
export async function listReserved(
  store: Store,
  actor: Actor,
  name: string,
  after: string | undefined,
  limit: number,
): Promise<{ reserved: ReservedPass[]; more: boolean }> {
  await readPassNamespace(store, actor, name);
  const found = await store.reservedPasses.list(actor.organisation.id, name, after ?? '', limit + 1);
  return { reserved: found.slice(0, limit), more: found.length > limit };
}

async function missing(
  store: Store,
  actor: Actor,
  namespace: PassNamespace,
  { count, length }: { count: number; length?: number },
  texts: string[],
  taken: ReadonlySet<string>,
): Promise<string[]> {
  const left = count - texts.length;
  if (left === 0) return [];
  // The first draw, of all of them, decides on the length of the batch.
  const options = { length: texts[0]?.length ?? length, taken: new Set([...texts, ...taken]) };
  return freeTexts(store, actor, namespace, left, options);
}

function textsFaults(namespace: PassNamespace, texts: string[]): Fault[] {
  const seen = new Set<string>();
  return texts.flatMap((text, index): Fault[] => {
    const path = ['texts', index];
    if (seen.has(text)) return [{ path, code: 'duplicate', message: 'is in the list twice' }];
    seen.add(text);
    const fault = passTextFault(namespace, text);
    return fault ? [{ path, ...fault }] : [];
  });
}
