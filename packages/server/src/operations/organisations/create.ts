import { randomBytes } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import { isTimeZone } from '#domain/time.ts';
import type { Store } from '#store/store.ts';
import { baseUrlFault } from './base-url.ts';

export type NewOrganisation = { name: string; slug?: string; timeZone?: string; baseUrl?: string };

/**
 * Creates an organisation. Its base URL is `publicUrl` for the first one, `{publicUrl}/o/{slug}` for the rest, unless given.
 *
 * @throws Refusal `invalid`, also for a slug or base URL that is taken
 */
export async function createOrganisation(
  store: Store,
  publicUrl: string,
  input: NewOrganisation,
): Promise<Organisation> {
  const slug = input.slug ?? slugOf(input.name);
  const timeZone = input.timeZone ?? 'Europe/London';
  const first = (await store.organisations.find()) === undefined;
  const baseUrl = input.baseUrl ?? (first ? publicUrl : `${publicUrl}/o/${slug}`);
  const faults: Fault[] = [...baseUrlFault(baseUrl)];
  if ([...input.name.trim()].length < 1 || [...input.name].length > 200)
    faults.push({ path: ['name'], code: 'length', message: 'must have 1 to 200 characters' });
  if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(slug))
    faults.push({ path: ['slug'], code: 'format', message: 'must be 1 to 60 of a-z, 0-9 and -' });
  if (!isTimeZone(timeZone))
    faults.push({ path: ['time-zone'], code: 'format', message: 'must be an IANA time zone such as Europe/London' });
  refuseFaults(faults);
  const created = await store.organisations.create({
    slug,
    name: input.name.trim(),
    timeZone,
    baseUrl,
    digestKey: randomBytes(32),
  });
  if (!created)
    refuseFaults([
      { path: ['slug'], code: 'taken', message: 'or its base URL is already used by another organisation' },
    ]);
  return created as Organisation;
}

function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}
