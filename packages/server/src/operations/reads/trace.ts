import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { ReadGap, ReadRecord, TracePosition } from '#store/read-trace.ts';
import type { Store } from '#store/store.ts';

export type { ReadGap, ReadRecord, TracePosition } from '#store/read-trace.ts';

type Page = { after?: TracePosition | undefined; limit: number };

/**
 * Who read a customer's data at or after `from` and before `until`, newest first; of an erased customer too. What this process has noted
 * is in it, what others have noted within the last second perhaps not yet. Leaves no record itself.
 *
 * @returns at most `limit`, and whether there are more
 * @throws Refusal `not-found`
 */
export async function listReads(
  store: Store,
  { organisation }: Actor,
  customerNumber: number,
  asked: Page & { from?: Date | undefined; until?: Date | undefined },
): Promise<{ reads: ReadRecord[]; more: boolean }> {
  const customer = await store.customers.find(organisation.id, customerNumber);
  if (!customer) throw new Refusal({ kind: 'not-found', subject: 'customer' });
  await store.readRecords.flush();
  const found = await store.readTrace.ofCustomer(organisation.id, customerNumber, { ...asked, limit: asked.limit + 1 });
  return { reads: found.slice(0, asked.limit), more: found.length > asked.limit };
}

/**
 * When reads of the organisation's customers may not have been recorded, newest first: because more came than the database took, or
 * because a server was killed.
 *
 * @returns at most `limit`, and whether there are more
 */
export async function listReadGaps(
  store: Store,
  { organisation, now }: Actor,
  { after, limit }: Page,
): Promise<{ gaps: ReadGap[]; more: boolean }> {
  await store.readRecords.flush();
  const found = await store.readTrace.gaps(organisation.id, { now, after, limit: limit + 1 });
  return { gaps: found.slice(0, limit), more: found.length > limit };
}
