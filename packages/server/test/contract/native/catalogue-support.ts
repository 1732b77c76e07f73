import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { unique } from './support.ts';

/** Short ways to what tests of the catalogue start with; each asserts that it was created. */
export function catalogueApi(server: TestServer) {
  const created = async (url: string, body: object): Promise<TestResponse> => {
    const response = await server.send('POST', url, { body });
    assert.equal(response.status, 201, response.text);
    return response;
  };
  return {
    /** URL of a new list. */
    list: async (members: object = {}): Promise<string> => {
      const { body } = await created('/v1/entitlement-lists', { slug: unique('list-'), title: 'A list', ...members });
      return `/v1/entitlement-lists/${body.slug}`;
    },
    /** URL of a new type, in a new list unless the URL of one is given. */
    type: async (members: object = {}, list?: string): Promise<string> => {
      const newList = () => created('/v1/entitlement-lists', { slug: unique('list-'), title: 'A list' });
      const url = list ?? `/v1/entitlement-lists/${(await newList()).body.slug}`;
      const { body } = await created(`${url}/types`, { label: 'A type', ...members });
      return `${url}/types/${body.id}`;
    },
    /** URL of a new namespace. */
    namespace: async (members: object = {}): Promise<string> => {
      const { body } = await created('/v1/pass-namespaces', { name: unique('namespace-'), ...members });
      return `/v1/pass-namespaces/${body.name}`;
    },
    /** Sends a merge patch. */
    patch: (url: string, body: unknown, headers: Record<string, string> = {}): Promise<TestResponse> =>
      server.send('PATCH', url, { body, headers: { 'content-type': 'application/merge-patch+json', ...headers } }),
    /** Imports a scheme. */
    import: (body: unknown, query = '', headers: Record<string, string> = {}): Promise<TestResponse> =>
      server.send('POST', `/v1/entitlement-lists/import${query}`, {
        body,
        headers: { 'content-type': 'application/ld+json', ...headers },
      }),
  };
}

/** A scheme of somebody else, as OpenActive would publish it. */
export function scheme(id: string, labels: Record<string, string>, members: object = {}): Record<string, unknown> {
  return {
    '@context': 'https://openactive.io/',
    '@type': 'ConceptScheme',
    '@id': id,
    title: 'Concessions of Westshire',
    concept: Object.entries(labels).map(([fragment, prefLabel]) => ({
      '@type': 'Concept',
      '@id': `${id}#${fragment}`,
      prefLabel,
    })),
    ...members,
  };
}

/** What happened in the catalogue, oldest first, without what tests cannot foresee. */
export async function catalogueChanges(server: TestServer, subjectKey: string): Promise<Record<string, unknown>[]> {
  return server.database.query(
    `select c.subject, c.subject_key, c.kind, c.cause, c.version::int, c.members, c.events, a.operation, a.dialect
     from change c join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number
     where c.subject_key = $1 order by c.number`,
    [subjectKey],
  );
}
