import type { LoggedChange } from '#domain/logged-change.ts';
import { Refusal } from '#domain/refusal.ts';
import type { LogPart, LogRange } from '#store/changes.ts';
import type { Source } from '#store/source.ts';
import type { Store } from '#store/store.ts';

/** Where a follower stands and what is wanted. */
export type Search = {
  /** The changes up to this number are known already; 0: none. */
  after: number;
  /** At most so many changes. */
  limit: number;
  /** Whether a change is wanted; absent: all are. */
  wanted?: ((change: LoggedChange) => boolean) | undefined;
  /** The answer has to take the change with this number into account. */
  least?: number | undefined;
};

/**
 * The next changes. Everything up to `position` was looked at; there is nothing beyond `newest` yet in the database that was asked,
 * which can be a replica that does not even have everything up to `position`.
 */
export type ChangePage = { items: LoggedChange[]; position: number; newest: number };

/** Where changes are left out, so many are looked at together, and in all before something is answered. */
const scan = { together: 1_000, inAll: 10_000 };

/**
 * The number of the organisation's newest change; 0 when nothing has happened yet. The primary says: whoever reads everything after
 * asking, and then follows from there, must not have read what is older.
 */
export async function newestChange(store: Store, organisationId: number): Promise<number> {
  return (await store.changes.range(organisationId)).newest;
}

/**
 * The changes after a number, in commit order. Who goes on from the returned position sees each change exactly once, whatever is
 * committed meanwhile: numbers are dense, and none appears before those below it.
 *
 * @throws Refusal `changes-pruned`; `invalid` at `after` for a number that no change of this organisation has yet
 */
export async function readChanges(store: Store, organisationId: number, search: Search): Promise<ChangePage> {
  const { after, limit, least, wanted = () => true } = search;
  const together = search.wanted ? scan.together : limit;
  const items: LoggedChange[] = [];
  let position = after;
  for (;;) {
    const { range, changes } = await partAfter(store, organisationId, position, together, least);
    // Who followed in the primary, or in another replica, can be ahead of this one, and finds nothing until it has come as far.
    assertKept(position, position > range.newest ? await store.changes.range(organisationId) : range);
    for (const change of changes) {
      position = change.number;
      if (wanted(change)) items.push(change);
      if (items.length === limit) break;
    }
    const enough = items.length === limit || position - after >= scan.inAll;
    if (enough || changes.length < together) return { items, position, newest: range.newest };
  }
}

function partAfter(
  { positioned }: Store,
  organisationId: number,
  number: number,
  limit: number,
  least: number | undefined,
): Promise<LogPart> {
  const part = async ({ changes }: Source) => {
    const found = await changes.after(organisationId, number, limit);
    return { ...found, position: found.range.newest };
  };
  return positioned.read(part, least);
}

/** The number may be from before a restored backup, or another organisation's: waiting for it would be for ever. */
function assertKept(position: number, { prunedTo, newest }: LogRange): void {
  if (position > newest) {
    const message = `must not be ahead of the newest change, which has the number ${newest}`;
    throw new Refusal({ kind: 'invalid', faults: [{ path: ['after'], code: 'range', message }] });
  }
  if (position < prunedTo) throw new Refusal({ kind: 'changes-pruned', prunedTo, newest });
}
