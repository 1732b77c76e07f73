import { type EntitlementType, listUri, typeUri } from '#domain/entitlement-list.ts';
import type { Organisation } from '#domain/organisation.ts';
import type { TypeRef } from '#store/entitlement-types.ts';
import type { Store } from '#store/store.ts';

/**
 * The entitlement types that these concept URIs (`@id`, compared exactly) name, by URI; those that name none are missing. Retired and
 * hidden types are found too: who grants decides what may be granted.
 */
export async function resolveTypes(
  store: Store,
  organisation: Pick<Organisation, 'id' | 'baseUrl'>,
  uris: readonly string[],
): Promise<Map<string, EntitlementType>> {
  const distinct = [...new Set(uris)];
  const found = await store.entitlementTypes.find(
    organisation.id,
    distinct.map((uri) => ownRef(organisation.baseUrl, uri) ?? { uri }),
  );
  return new Map(
    distinct.flatMap((uri, index): [string, EntitlementType][] => {
      const type = found[index];
      // An adopted type is named by its own URI only, not by its place in our list.
      return type && typeUri(organisation.baseUrl, type) === uri ? [[uri, type]] : [];
    }),
  );
}

/** List and id in a URI of the organisation's own: `{base}/openactive/entitlement-lists/{list}#{id}`. */
function ownRef(baseUrl: string, uri: string): TypeRef | undefined {
  const lists = listUri(baseUrl, { slug: '' });
  if (!uri.startsWith(lists)) return undefined;
  const [list = '', ...rest] = uri.slice(lists.length).split('#');
  return rest.length === 1 ? { list, id: rest[0] as string } : undefined;
}
