import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';

let count = 0;

/** An actor of an organisation, as the native dialect would make one. */
export function actorOf(organisation: Organisation, now = new Date()): Actor {
  count += 1;
  const requestId = `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`;
  return {
    organisation,
    client: { id: 1, name: 'test client' },
    dialect: 'native',
    name: 'test client',
    now,
    correlationId: requestId,
    requestId,
  };
}

/** Runs `count` pieces of work, at most `width` at once, and returns what became of each. */
export async function inParallel<T>(
  total: number,
  width: number,
  work: (index: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < total; index = next++) {
      results[index] = await work(index).then(
        (value) => ({ status: 'fulfilled', value }) as const,
        (reason) => ({ status: 'rejected', reason }) as const,
      );
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
