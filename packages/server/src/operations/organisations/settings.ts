import type { Actor } from '#domain/actor.ts';
import { changedMembers } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { Organisation, OrganisationSettings } from '#domain/organisation.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';

/** What of the settings changes; `undefined` brings the default back. */
export type SettingsEdit = { [Member in keyof OrganisationSettings]?: OrganisationSettings[Member] | undefined };

/**
 * Changes the settings of the actor's organisation. No effective change leaves everything as it was.
 *
 * @returns the organisation as it is now
 * @throws Refusal `precondition`, `invalid`
 */
export function changeSettings(
  store: Store,
  actor: Actor,
  change: { edit: SettingsEdit; ifMatch?: ((organisation: Organisation) => boolean) | undefined },
): Promise<Organisation> {
  return changeCatalogue(store, actor, async () => {
    // What came with the key may be older than a write that was waited for.
    const before = (await store.organisations.get(actor.organisation.id)) as Organisation;
    if (change.ifMatch && !change.ifMatch(before)) throw new Refusal({ kind: 'precondition' });
    const settings = compact({ ...before.settings, ...change.edit }) as OrganisationSettings;
    const members = changedMembers(before.settings, settings);
    if (members.length === 0) return { result: before };
    if (members.includes('brokerList')) refuseFaults(await brokerListFaults(store, before, settings));
    const after = { ...before, settings, version: before.version + 1 };
    const write = {
      operation: 'organisations.change',
      subjectKey: before.slug,
      guards: [{ subject: 'organisation', key: before.slug, expected: before.version } as const],
      settings,
      changes: [
        { subject: 'organisation', key: before.slug, kind: 'updated', version: after.version, members } as const,
      ],
    };
    return { result: after, write };
  });
}

/** Lists are never deleted, so one that is there stays. */
async function brokerListFaults(
  store: Store,
  { id }: Organisation,
  { brokerList }: OrganisationSettings,
): Promise<Fault[]> {
  if (brokerList === undefined || (await store.entitlementLists.find(id, brokerList))) return [];
  return [
    { path: ['brokerList'], code: 'unknown-list', message: 'must be the slug of an entitlement list that exists' },
  ];
}
