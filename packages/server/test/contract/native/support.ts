import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';

let count = 0;

/** Text that no other call of this file gets. */
export function unique(prefix: string): string {
  count += 1;
  return `${prefix}${count}`;
}

/** A fictional person with an e-mail address of her own. */
export function person(members: object = {}): Record<string, unknown> {
  return { givenName: 'Ida', familyName: 'Moss', email: `${unique('ida.moss.')}@example.com`, ...members };
}

/** Short ways to what most tests start with; each asserts that it was created. */
export function nativeApi(server: TestServer) {
  const created = async (url: string, body: object, key?: string): Promise<TestResponse> => {
    const response = await server.send('POST', url, { body, ...(key === undefined ? {} : { key }) });
    assert.equal(response.status, 201, response.text);
    return response;
  };
  return {
    /** A new customer's body. */
    customer: async (members: object = {}, key?: string) => (await created('/v1/customers', person(members), key)).body,
    /** A new account's body; with a new customer unless `members` name one. */
    account: async (members: object = {}, key?: string) => {
      const owner = 'customerNumber' in members || 'customer' in members ? {} : { customer: person() };
      return (await created('/v1/accounts', { ...owner, ...members }, key)).body;
    },
    /** The entity tag that a GET shows now. */
    tag: async (url: string): Promise<string> => {
      const response = await server.send('GET', url);
      assert.equal(response.status, 200, response.text);
      return String(response.headers.etag);
    },
    /** Sends a merge patch. */
    patch: (url: string, body: unknown, headers: Record<string, string> = {}) =>
      server.send('PATCH', url, { body, headers: { 'content-type': 'application/merge-patch+json', ...headers } }),
  };
}

/**
 * Asserts a problem document: status, code, and exactly these faulty places, in any order: a JSON Pointer (`/email`), a parameter
 * (`?limit`) or a header (`If-Match:`).
 */
export function assertProblem(response: TestResponse, status: number, code: string, places: string[] = []): void {
  assert.equal(response.status, status, response.text);
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/, response.text);
  assert.equal(response.body.code, code, response.text);
  assert.equal(response.body.status, status);
  assert.deepEqual(placesOf(response).sort(), [...places].sort(), response.text);
}

function placesOf({ body }: TestResponse): string[] {
  type Place = { pointer?: string; parameter?: string; header?: string };
  return (body.errors ?? []).map(
    ({ pointer, parameter, header }: Place) => pointer ?? (parameter ? `?${parameter}` : `${header}:`),
  );
}

/** Rows of the tables that hold what happened: what a refused request must not add to. */
export async function rowCounts(server: TestServer): Promise<Record<string, number>> {
  const tables = ['customer', 'account', 'change', 'change_detail', 'audit', 'idempotency'];
  const counts = tables.map((table) => `(select count(*)::int from ${table}) as ${table}`);
  const [row] = await server.database.query(`select ${counts.join(', ')}`);
  return row as Record<string, number>;
}
