import { randomBytes } from 'node:crypto';
import type { Actor } from '#domain/actor.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { generatePassTexts } from '#domain/pass-numbers.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';

const maxAttempts = 20;

/**
 * The namespace with this name, without a name the default one.
 *
 * @throws Refusal `invalid` with the path `namespace`
 */
export async function namespaceNamed(store: Store, actor: Actor, name: string | undefined): Promise<PassNamespace> {
  const { id } = actor.organisation;
  const found = await (name === undefined ? store.passNamespaces.findDefault(id) : store.passNamespaces.find(id, name));
  if (found) return found;
  const message = 'is not a namespace of passes';
  throw new Refusal({ kind: 'invalid', faults: [{ path: ['namespace'], code: 'unknown-namespace', message }] });
}

/**
 * Numbers by the rules of a namespace that nobody has, had or has reserved. Where few are left, many are tried at once.
 *
 * @param options.length as in {@link generatePassTexts}
 * @param options.taken texts that must not come out
 * @throws Refusal `invalid` when the rules do not permit so many, or hardly any are left
 */
export async function freeTexts(
  store: Store,
  { organisation }: Actor,
  namespace: PassNamespace,
  count: number,
  options: { length?: number | undefined; taken?: ReadonlySet<string> } = {},
): Promise<string[]> {
  const tried = new Set(options.taken);
  const free: string[] = [];
  for (let draws = 1; free.length < count; draws *= 4) {
    if (draws > mostDraws) throw exhausted();
    const drawn: string[] = [];
    const missing = count - free.length;
    for (let draw = 0; draw < draws && drawn.length < mostAtOnce; draw += 1) {
      const texts = generatePassTexts(namespace, missing, randomBytes, { ...options, taken: tried });
      for (const text of texts) tried.add(text);
      drawn.push(...texts);
    }
    const there = await store.accessPasses.among(organisation.id, namespace.name, drawn);
    free.push(...drawn.filter((text) => !there.has(text)).slice(0, missing));
  }
  return free;
}

const mostDraws = 4 ** 6;
const mostAtOnce = 20_000;

/**
 * Assigns a text: the one that is wanted, else the next number of its namespace, and another one when somebody else was first.
 *
 * @param attempt assigns; `textIn` gives it the text for a namespace
 */
export async function assigningText<T>(
  store: Store,
  actor: Actor,
  wanted: string | undefined,
  attempt: (textIn: (namespace: PassNamespace) => Promise<string>) => Promise<T>,
): Promise<T> {
  if (wanted !== undefined) return attempt(async () => wanted);
  const taken = new Set<string>();
  for (let round = 0; round < maxAttempts; round += 1) {
    try {
      return await attempt(async (namespace) => (await freeTexts(store, actor, namespace, 1, { taken }))[0] as string);
    } catch (error) {
      if (!(error instanceof Refusal) || error.reason.kind !== 'taken' || !error.reason.pass) throw error;
      taken.add(error.reason.pass.text);
    }
  }
  throw exhausted();
}

/** The rules leave hardly a text that is not in use. */
export function exhausted(): Refusal {
  const message = 'has hardly a text left that is not in use: widen its rules';
  return new Refusal({ kind: 'invalid', faults: [{ path: ['namespace'], code: 'exhausted', message }] });
}
