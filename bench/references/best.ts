import { lineOf } from '../measure/rounds.ts';
import { type Measured, titleOf, type Variant } from '../measure/variant.ts';
import { type Options, wants } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import type { Tools } from '../stage/tools.ts';
import { pgbenchReferences, type Reference } from './references.ts';

/** What a reference did at each count before the rounds. */
export type Tried = { reference: string; title: string; measured: Measured };

/** How many of them go on into the rounds: which is best is a matter of chance between those that are close. */
const kept = 2;

/** What there is of PostgreSQL alone: for each reference the best of its variants, how all of them did, and what ran to warm up. */
export type Best = { best: Map<string, Variant[]>; tried: Tried[]; warmUps: Measured[] };

/** Tries PostgreSQL alone in all forms and at all counts of clients. */
export async function bestReferences(
  stage: Stage,
  options: Options,
  { pgbench }: Tools,
  tell: (line: string) => void,
): Promise<Best> {
  const found: Best = { best: new Map(), tried: [], warmUps: [] };
  const all = pgbench ? pgbenchReferences(stage, pgbench) : [];
  for (const { reference } of all.filter(({ part }) => wants(options, part))) {
    const [first] = reference.candidates;
    if (first) found.warmUps.push(await first.run(options.warmUp));
    const chosen = await chooseBest(reference, options.warmUp);
    for (const { title, measured } of chosen.tried) tell(`tried ${title}: ${lineOf(measured)}`);
    found.tried.push(...chosen.tried);
    found.best.set(reference.name, chosen.best);
  }
  return found;
}

/** Tries all candidates for a moment; the best of them are measured in the rounds. */
async function chooseBest(
  { name, candidates }: Reference,
  seconds: number,
): Promise<{ tried: Tried[]; best: Variant[] }> {
  const tried: Tried[] = [];
  for (const variant of candidates)
    tried.push({ reference: name, title: titleOf(variant), measured: await variant.run(seconds) });
  const order = [...candidates.keys()].sort((one, other) => speed(tried, other) - speed(tried, one));
  return { tried, best: order.slice(0, kept).map((index) => candidates[index] as Variant) };
}

function speed(tried: Tried[], index: number): number {
  return tried[index]?.measured.perSecond ?? 0;
}
