import type { Actor } from '#domain/actor.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType, type NewEntitlementType } from '#operations/entitlement-types/create.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import type { Store } from '#store/store.ts';
import { unlessThere } from './unless-there.ts';

/** The list of the examples in the documentation, as a council would keep it. */
const residents = {
  slug: 'residents',
  title: 'Northmoor resident schemes',
  description: 'Entitlements granted by Northmoor Leisure.',
  license: 'https://creativecommons.org/licenses/by/4.0/',
};

export const sampleTypes: (NewEntitlementType & { id: string; list: string })[] = [
  {
    list: residents.slug,
    id: '3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10',
    label: 'Adult Resident',
    position: 0,
    defaultDuration: 'P1Y',
  },
  {
    list: residents.slug,
    id: 'b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66',
    label: 'Student',
    position: 1,
    defaultDuration: 'P1Y',
    evidence: 'after',
    evidenceName: 'Send proof of study',
    evidenceDescription: 'Upload a student card or a letter of enrolment.',
  },
];

/** Gives the organisation its entitlement list and makes it the broker list; its pass namespace it has from the beginning. */
export async function addSampleCatalogue(store: Store, actor: Actor): Promise<void> {
  await unlessThere(createEntitlementList(store, actor, residents));
  for (const { list, ...type } of sampleTypes) await unlessThere(createEntitlementType(store, actor, list, type));
  await changeSettings(store, actor, { edit: { brokerList: residents.slug } });
}
