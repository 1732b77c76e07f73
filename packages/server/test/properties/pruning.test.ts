import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '#domain/refusal.ts';
import { changeAccount } from '#operations/accounts/change.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { readChanges } from '#operations/changes/read.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { readAccountAt } from '#operations/history/read-at.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { pruneChanges } from '#operations/retention/prune-changes.ts';
import { deliveryOf, dispatchedTo, subscriptionOf } from '../support/deliveries.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

/*
 * Whatever was cut off, and whenever: a position in the log either answers with everything after it, or is refused. An instant is
 * either told as it was, or refused, and never refused when it lies behind the cut. What a webhook waits for is always there.
 */

const { database, store, newOrganisation } = await startTestStore();
const start = Date.parse('2020-01-01T12:00:00Z');
const day = 86_400_000;

const days = fc.nat(20);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constantFrom('alias', 'name', 'nothing'), account: fc.nat(2), days }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('prune'), size: fc.integer({ min: 1, max: 6 }), days }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constantFrom('dispatch', 'dispatch', 'wait', 'deliver'), days: fc.constant(0) }),
  },
);

type Shown = { alias: string | undefined; familyName: string | undefined };

let runs = 0;
const seen = { complete: 0, refused: 0, told: 0, untold: 0 };

test('after any pruning a position answers completely or is refused, and so does an instant', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      runs += 1;
      const organisation = await newOrganisation(`run-${runs}`);
      const { id } = organisation;
      const actorAt = (now: number) => actorOf(organisation, new Date(now));
      let now = start;
      await changeSettings(store, actorAt(now), { edit: { changeRetentionDays: 30 } });
      const subscription = await subscriptionOf(database, id);
      await dispatchedTo(database, id, 0);
      /** Every state there was, with the instant from which on it was so. */
      const past: { at: number; shown: Map<string, Shown> }[] = [];
      let shown = new Map<string, Shown>();
      let waiting: { delivery: string; change: number } | undefined;
      let position = 0;

      for (const one of steps) {
        now += one.days * day + 1;
        const identifier = `a-${'account' in one ? one.account : 0}`;
        if (one.what === 'prune') await pruneChanges(store, new Date(now), undefined, 'size' in one ? one.size : 1);
        else if (one.what === 'dispatch') {
          position = (await store.changes.range(id)).newest;
          await dispatchedTo(database, id, position);
        } else if (one.what === 'wait' && !waiting && position > (await store.changes.range(id)).prunedTo)
          waiting = { delivery: await deliveryOf(database, id, subscription, { change: position }), change: position };
        else if (one.what === 'deliver' && waiting) {
          await database.query('delete from webhook_delivery where id = $1', [waiting.delivery]);
          waiting = undefined;
        } else if (one.what === 'alias' || one.what === 'name') {
          const before = shown.get(identifier);
          const text = `${one.what} ${now}`;
          const next: Shown = { alias: before?.alias, familyName: before?.familyName ?? 'Moss' };
          if (!before) {
            const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
            await createAccount(store, actorAt(now), owner, { identifier });
          } else if (one.what === 'alias') {
            next.alias = text;
            await changeAccount(store, actorAt(now), { identifier }, { edit: { alias: text } });
          } else {
            next.familyName = text;
            await changeCustomer(
              store,
              actorAt(now),
              { identifier },
              { edit: () => ({ details: { familyName: text } }) },
            );
          }
          shown = new Map(shown).set(identifier, next);
          past.push({ at: now, shown });
        }
      }

      const { prunedTo, newest } = await store.changes.range(id);
      assert.ok(prunedTo <= position, 'nothing goes that was not dispatched');
      assert.ok(prunedTo < (waiting?.change ?? Number.POSITIVE_INFINITY), 'nothing goes that waits to be delivered');
      for (let after = 0; after <= newest; after += 1) {
        const page = await readChanges(store, id, { after, limit: 1000 }).catch((error) => error);
        if (after < prunedTo) {
          assert.deepEqual((page as Refusal).reason, { kind: 'changes-pruned', prunedTo, newest });
          seen.refused += 1;
          continue;
        }
        const expected = Array.from({ length: newest - after }, (_, index) => after + 1 + index);
        assert.deepEqual(
          page.items.map(({ number }: { number: number }) => number),
          expected,
        );
        seen.complete += 1;
      }

      const [kept] = await database.query('select at from change where organisation_id = $1 order by number limit 1', [
        id,
      ]);
      const keptSince = prunedTo === 0 ? 0 : ((kept?.at as Date | undefined)?.getTime() ?? now);
      for (const { at } of past) {
        for (const instant of [at, at + day / 2]) {
          if (instant > now) continue;
          const state = past.findLast((one) => one.at <= instant)?.shown as Map<string, Shown>;
          const told = [...state].map(async ([identifier, wanted]) => {
            const found = await readAccountAt(store, actorAt(now), identifier, new Date(instant)).catch(
              (error) => error,
            );
            if (found instanceof Refusal) {
              assert.equal(found.reason.kind, 'history-pruned');
              assert.ok(instant < keptSince, `${new Date(instant).toISOString()} lies behind the cut`);
              seen.untold += 1;
              return;
            }
            const { account, customer } = found.shown;
            assert.deepEqual({ alias: account.alias, familyName: customer.details.familyName }, wanted);
            seen.told += 1;
          });
          await Promise.all(told);
        }
      }
      // Further runs do without this one.
      await database.query(`update organisation set settings = '{}' where id = $1`, [id]);
    }),
    { numRuns: 25, interruptAfterTimeLimit: 60_000 },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 50, `${what}: only ${count}`);
});
