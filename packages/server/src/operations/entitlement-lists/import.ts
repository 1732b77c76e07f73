import type { Actor } from '#domain/actor.ts';
import { adoptedUriFault, changedMembers, listFaults } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { EntitlementList, EntitlementType } from '#domain/entitlement-list.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import type { CatalogueChange } from '#store/catalogue-writer.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue, concernsAccounts, typeChange } from '../catalogue.ts';
import type { Keep } from '../write.ts';
import { guardOf, raised } from './change.ts';
import { mergeConcepts } from './merge-concepts.ts';
import { freeSlug } from './slug.ts';

/** A scheme as its owner publishes it: the list and its concepts, in order, under URIs that stay as they are. */
export type Scheme = Pick<EntitlementList, 'title' | 'description' | 'license'> & {
  uri: string;
  concepts: { uri: string; label: string }[];
};

/** What an import came to, in numbers of types. */
export type Imported = {
  list: EntitlementList;
  created: boolean;
  added: number;
  changed: number;
  retired: number;
};

/**
 * Adopts a scheme that somebody else maintains, or brings an adopted one up to date: types are matched by URI; labels and order
 * follow the scheme, what is new is added, what is gone is retired, what is back becomes active again. Settings of the types stay.
 * The same scheme again changes nothing.
 *
 * @param slug of the list that is created; default: made from the URI
 * @throws Refusal `invalid` (paths in the words of {@link Scheme}), `exists` (slug or URI)
 */
export async function importEntitlementList(
  store: Store,
  actor: Actor,
  scheme: Scheme,
  slug: string | undefined,
  keep?: Keep<Imported>,
): Promise<Imported> {
  refuseFaults(schemeFaults(scheme, actor.organisation.baseUrl));
  return changeCatalogue(store, actor, () => attemptImport(store, actor, scheme, slug), keep);
}

async function attemptImport(store: Store, actor: Actor, scheme: Scheme, slug: string | undefined) {
  const { id } = actor.organisation;
  const before = await listToWrite(store, actor, scheme, slug);
  const list = await listOf(store, actor, scheme, before, slug);
  const present = before ? await store.entitlementTypes.ofList(id, list.slug) : [];
  const { added, changed, retired } = await mergeConcepts(store, list, present, scheme.concepts);
  const counts = { added: added.length, changed: changed.length, retired: retired.length };
  const types = [...added.map((type) => ({ before: undefined, type })), ...changed, ...retired];
  const members = changedMembers(before, list);
  if (before && members.length === 0 && types.length === 0) return { result: { list, created: false, ...counts } };

  const written = before ? raised(list, actor) : list;
  const { version } = written;
  const listChange = { subject: 'entitlement-list', key: list.slug, version, members } as const;
  const changes: CatalogueChange[] =
    members.length > 0 ? [{ ...listChange, kind: before ? 'updated' : 'created' }] : [];
  const write = {
    operation: 'entitlement-lists.import',
    subjectKey: list.slug,
    guards: [before ? guardOf(before) : ({ subject: 'entitlement-list', key: list.slug, expected: null } as const)],
    list: written,
    types: types.map(({ before: old, type }) => ({
      type,
      propagating: old !== undefined && concernsAccounts(old, type),
    })),
    changes: [...changes, ...types.map(({ before: old, type }) => typeChange(old, type))],
  };
  return { result: { list: written, created: before === undefined, ...counts }, write };
}

/** The list that was adopted from this URI, if any. Throws Refusal `exists`, and `invalid` for concepts of other lists. */
async function listToWrite(
  store: Store,
  { organisation: { id } }: Actor,
  { uri, concepts }: Scheme,
  slug: string | undefined,
): Promise<EntitlementList | undefined> {
  const refs = concepts.map((concept) => ({ uri: concept.uri }));
  const [named, adopted] = await Promise.all([
    slug === undefined ? undefined : store.entitlementLists.find(id, slug),
    store.entitlementTypes.find(id, refs),
  ]);
  // Last: where there is no such list now, what was found before is not of an import of this scheme that was quicker.
  const before = await store.entitlementLists.findByUri(id, uri);
  const taken = (member: 'uri' | 'slug') => new Refusal({ kind: 'exists', subject: 'entitlement-list', member });
  if (before && slug !== undefined && before.slug !== slug) throw taken('uri');
  if (!before && named) throw taken('slug');
  refuseFaults(foreignFaults(adopted, before?.slug));
  return before;
}

/** The list as the scheme has it. */
async function listOf(
  store: Store,
  actor: Actor,
  { uri, title, description, license }: Scheme,
  before: EntitlementList | undefined,
  slug: string | undefined,
): Promise<EntitlementList> {
  const own = { title, description, license };
  if (before) return compact({ ...before, ...own }) as EntitlementList;
  const at = actor.now.toISOString();
  const free = slug ?? (await freeSlug(store, actor.organisation, uri, title));
  return compact({
    slug: free,
    uri,
    ...own,
    published: true,
    version: 1,
    createdAt: at,
    changedAt: at,
  }) as EntitlementList;
}

function schemeFaults(scheme: Scheme, baseUrl: string): Fault[] {
  const seen = new Set<string>();
  const faults = listFaults(scheme);
  const judge = (uri: string, path: Fault['path']) => {
    const message = adoptedUriFault(uri, baseUrl);
    if (message) faults.push({ path, code: 'format', message });
  };
  judge(scheme.uri, ['uri']);
  for (const [index, { uri }] of scheme.concepts.entries()) {
    const path = ['concepts', index, 'uri'];
    judge(uri, path);
    if (seen.has(uri)) faults.push({ path, code: 'repeated', message: 'is the id of an earlier concept' });
    seen.add(uri);
  }
  return faults;
}

function foreignFaults(adopted: (EntitlementType | undefined)[], slug: string | undefined): Fault[] {
  return adopted.flatMap((type, index) => {
    if (!type || type.list === slug) return [];
    return [{ path: ['concepts', index, 'uri'], code: 'taken', message: `is a type of the list ${type.list} already` }];
  });
}
