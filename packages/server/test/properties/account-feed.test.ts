import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import { changeAccount } from '#operations/accounts/change.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { openStore, type Store } from '#store/store.ts';
import { startTester } from '../contract/openactive/support.ts';
import { type FeedItem, feedPath } from '../support/feed-walk.ts';
import { actorOf } from '../support/fixtures.ts';
import { publicUrl } from '../support/server.ts';

/*
 * Who follows the feed while accounts are created, changed, deleted, erased and created anew on two servers knows in the end exactly
 * what is stored, whatever the size of the pages and however reading and writing interleave (openactive.md 3.10).
 */

const { store, database, send, keyWith, organisationWithKey, born } = await startTester();
const other = openStore(database.connection, { maxConnections: 4 });
test.after(() => other.close());

const operation = fc.record({
  what: fc.constantFrom('create', 'number', 'discount', 'alias', 'delete', 'erase'),
  account: fc.nat(4),
  elsewhere: fc.boolean(),
});
/** Some at once, with a page that is read meanwhile. */
const turn = fc.record({
  operations: fc.array(operation, { maxLength: 4 }),
  limit: fc.option(fc.integer({ min: 1, max: 4 })),
});

let count = 0;

async function carryOut(
  actor: Actor,
  { what, account, elsewhere }: { what: string; account: number; elsewhere: boolean },
) {
  const mine: Store = elsewhere ? other : store;
  const identifier = `a-${account}`;
  count += 1;
  const edits: Record<string, object> = {
    number: { accountNumber: `N ${count}` },
    discount: { hiddenDiscount: count % 2 === 0 },
    alias: { alias: `alias ${count}` },
  };
  try {
    if (what === 'create') await born({}, { identifier }, actor.organisation);
    else if (what === 'delete') await deleteAccount(mine, actor, { identifier });
    else if (what === 'erase') await eraseCustomer(mine, actor, { identifier });
    else await changeAccount(mine, actor, { identifier }, { edit: edits[what] as object });
  } catch (error) {
    // It is there already, or not there (any more): as good as not asked for.
    if (!(error instanceof Refusal)) throw error;
  }
}

test('a walk while accounts keep changing ends with every account in its newest state', async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 3, maxLength: 12 }), async (turns) => {
      count += 1;
      const { organisation } = await organisationWithKey(`Walk ${count}`);
      const { key } = await keyWith(undefined, organisation);
      const actor = actorOf(organisation);
      const known = new Map<string, FeedItem>();
      let [next, newest] = [`${organisation.baseUrl}${feedPath}`, 0];
      /** Takes the next page; tells how much was in it. Who asks again at the end is told to wait (429). */
      const follow = async (limit: number | null) => {
        const url = new URL(next);
        if (limit === null) url.searchParams.delete('limit');
        else url.searchParams.set('limit', String(limit));
        const { status, body, text } = await send('GET', url.href.slice(publicUrl.length), { key });
        if (status === 429) return 0;
        assert.equal(status, 200, text);
        for (const item of body.items as FeedItem[]) {
          assert.ok(item.modified > newest, 'in order, nothing twice');
          newest = item.modified;
          known.set(item.id, item);
        }
        next = body.next;
        return body.items.length;
      };
      for (const { operations, limit } of turns)
        await Promise.all([follow(limit), ...operations.map((one) => carryOut(actor, one))]);
      while ((await follow(3)) > 0) {}

      const rows = await database.query(
        `select identifier, state, change_number::int as modified, document -> 'account' as account from account where organisation_id = $1`,
        [organisation.id],
      );
      assert.deepEqual([...known.keys()].sort(), rows.map(({ identifier }) => identifier).sort());
      for (const { identifier, state, modified, account } of rows) {
        changes += 1;
        const { data, ...item } = known.get(identifier as string) as FeedItem;
        const shown = state === 'active' ? 'updated' : 'deleted';
        assert.deepEqual(item, { state: shown, kind: 'CustomerAccount', id: identifier, modified });
        const { accountNumber, hiddenDiscount = false } = (account ?? {}) as Account;
        if (account === null) assert.equal(data, undefined);
        else assert.deepEqual([data.accountNumber, data.hasHiddenEntitlements], [accountNumber, hiddenDiscount]);
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 60_000 },
  );
  // Usually a hundred or more; chance alone has brought 60.
  assert.ok(changes > 20, `only ${changes} accounts were compared`);
});
