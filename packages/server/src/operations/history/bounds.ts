import type { Actor } from '#domain/actor.ts';
import type { Source } from '#store/source.ts';

/**
 * A change carries the instant at which its request or job began, and is numbered when it is committed. No change is committed later
 * than this after it began, as far as the servers' clocks agree: a request takes seconds, a job that goes through all accounts hours.
 */
const longest = 24 * 3_600_000;

/**
 * Between which numbers all changes lie that began between two instants. What lies there may still have begun before or after: the
 * bounds only spare reading the rest of a long past.
 */
export async function boundsOf(
  { changes }: Pick<Source, 'changes'>,
  { organisation, now }: Actor,
  { from, until }: { from?: Date | undefined; until?: Date | undefined },
): Promise<{ least?: number; below?: number }> {
  const first = (instant: number) => changes.firstAt(organisation.id, new Date(instant));
  const [least, below] = await Promise.all([
    from && first(from.getTime() - longest),
    until && until.getTime() + longest < now.getTime() ? first(until.getTime() + longest) : undefined,
  ]);
  return { ...(least === undefined ? {} : { least }), ...(below === undefined ? {} : { below }) };
}
