import type { Actor } from '#domain/actor.ts';
import { isOpen } from '#domain/entitlement.ts';
import { type EntitlementType, labelOf } from '#domain/entitlement-list.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Visit } from '#store/boundaries.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation, workThrough } from '../periodic.ts';
import { changeAggregate } from '../write.ts';

/**
 * Carries changed labels (and what else accounts copy) of entitlement types to every account that holds one, at most 200 accounts at
 * a time; each gets a new version (openactive.md 2.4). Survives crashes: a type stays marked until no account is behind.
 *
 * @returns how many accounts were changed
 * @throws the first failure, after all organisations had their turn
 */
export async function propagateTypes(store: Store, now: Date): Promise<number> {
  const ids = await store.boundaries.organisationsWithPropagatingTypes();
  return forEachOrganisation(store, now, ids, async (actor) => {
    const { id } = actor.organisation;
    const numbers = await store.boundaries.propagatingTypes(id);
    const rest = async (limit: number, after = 0) => numbers.filter((number) => number > after).slice(0, limit);
    return workThrough(rest, (number) => propagate(store, actor, number));
  });
}

async function propagate(store: Store, actor: Actor, number: number): Promise<number> {
  const { id } = actor.organisation;
  const [type] = await store.entitlementTypes.find(id, [{ number }]);
  if (!type) return 0;
  const count = await workThrough(
    (limit, after: Visit | undefined) => store.boundaries.outdated(id, type, limit, after),
    (visit) => relabel(store, actor, type, visit),
  );
  await store.boundaries.propagated(id, number, type.version);
  return count;
}

async function relabel(store: Store, actor: Actor, type: EntitlementType, { customerNumber }: Visit): Promise<number> {
  const label = labelOf(type);
  try {
    await changeAggregate(
      store,
      actor,
      { customerNumber },
      {
        operation: 'entitlement-types.propagate',
        edit: (aggregate) => ({
          ...aggregate,
          accounts: aggregate.accounts.map((account) =>
            account.entitlement.some(
              (one) => isOpen(one) && one.type.number === type.number && one.type.version < type.version,
            )
              ? {
                  ...account,
                  entitlement: account.entitlement.map((one) =>
                    one.type.number === type.number && one.type.version < type.version ? { ...one, type: label } : one,
                  ),
                }
              : account,
          ),
        }),
      },
    );
    return 1;
  } catch (error) {
    if (error instanceof Refusal && ['not-found', 'gone'].includes(error.reason.kind)) return 0;
    throw error;
  }
}
