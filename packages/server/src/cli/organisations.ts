import type { Organisation, OrganisationSettings } from '#domain/organisation.ts';
import type { Store } from '#store/store.ts';
import { Failure } from './failure.ts';

type ShownOrganisation = Omit<Organisation, 'digestKey' | 'version' | 'settings'> & OrganisationSettings;

/** The organisation with this slug. Throws a Failure that names those there are. */
export async function organisationNamed(store: Store, slug: string): Promise<Organisation> {
  const all = await store.organisations.list();
  const found = all.find((organisation) => organisation.slug === slug);
  if (found) return found;
  const slugs = all.map((organisation) => organisation.slug).join(', ');
  const known = slugs === '' ? 'There is none yet: create one with "organisation create"' : `There are: ${slugs}`;
  throw new Failure(`There is no organisation "${slug}". ${known}.`);
}

/** An organisation as it is shown: with its settings, without its secret. */
export function shownOrganisation({ digestKey: _, version: __, settings, ...shown }: Organisation): ShownOrganisation {
  return { ...shown, ...settings };
}
