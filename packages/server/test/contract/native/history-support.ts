import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into entries freely
export type Entry = any;

/** All entries of the history of an account or customer, newest first, as its pages have them. */
export async function historyOf(server: TestServer, url: string, query = ''): Promise<Entry[]> {
  const entries: Entry[] = [];
  let next: string | undefined = `${url}/history${query}`;
  while (next !== undefined) {
    const { status, text, body }: TestResponse = await server.send('GET', next);
    assert.equal(status, 200, text);
    entries.push(...body.items);
    next = body.next?.slice(server.organisation.baseUrl.length);
  }
  return entries;
}

/** What was at an instant; asserts that it is told. */
export async function asOf(server: TestServer, url: string, at: Date | string): Promise<TestResponse> {
  const instant = typeof at === 'string' ? at : at.toISOString();
  const response = await server.send('GET', `${url}?at=${encodeURIComponent(instant)}`);
  assert.equal(response.status, 200, response.text);
  return response;
}
