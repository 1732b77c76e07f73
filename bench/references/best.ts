import { type Measured, titleOf, type Variant } from '../measure/variant.ts';

/** A reference in several forms and at several counts of clients, of which the best counts. */
export type Reference = { name: string; candidates: Variant[] };

/** What a reference did at each count before the rounds. */
export type Tried = { reference: string; title: string; measured: Measured };

/** How many of them go on into the rounds: which is best is a matter of chance between those that are close. */
const kept = 2;

/** Tries all candidates for a moment; the best of them are measured in the rounds. */
export async function chooseBest(
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
