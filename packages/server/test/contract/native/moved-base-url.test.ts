import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveBaseUrl } from '#operations/organisations/move-base-url.ts';
import { startTestServer } from '../../support/server.ts';
import { catalogueApi } from './catalogue-support.ts';
import { assertProblem } from './support.ts';

/** As long as there is no account the base URL may move; then everything below it has another `@id`, and another entity tag. */
const server = await startTestServer();
const { send, store, organisation } = server;
const api = catalogueApi(server);

const list = await api.list({ slug: 'residents' });
const type = await api.type({ id: 'adult' }, list);
const open = '/openactive/entitlement-lists/residents';

/** Every route that answers 304 and shows addresses below the base URL, and where in its answer one is. */
const shown: [string, (body: Record<string, string>) => string | undefined][] = [
  [list, ({ uri }) => uri],
  [type, ({ uri }) => uri],
  ['/v1/organisation', ({ baseUrl }) => baseUrl],
  [open, (body) => body['@id']],
  [`${open}/concepts/adult`, (body) => body['@id']],
];

const move = (baseUrl: string) => moveBaseUrl(store, organisation, baseUrl);

test('200 for who knows an answer from before the base URL moved, there and back again', async () => {
  const first = organisation.baseUrl;
  for (const base of ['https://moved.example.com', 'https://again.example.com', first]) {
    const known = await Promise.all(shown.map(async ([url]) => String((await send('GET', url)).headers.etag)));
    await move(base);
    for (const [index, [url, addressIn]] of shown.entries()) {
      const now = await send('GET', url, { headers: { 'if-none-match': known[index] as string } });
      assert.equal(now.status, 200, url);
      assert.ok(addressIn(now.body)?.startsWith(base), url);
      const again = await send('GET', url, { headers: { 'if-none-match': String(now.headers.etag) } });
      assert.equal(again.status, 304, url);
    }
  }
});

test('200 when If-Match names the version, or the tag that was shown, 412 for another state', async () => {
  for (const url of [list, type]) {
    const member = url === list ? 'title' : 'label';
    const before = String((await send('GET', url)).headers.etag);
    await api.patch('/v1/organisation', { readRetentionDays: url === list ? 10 : 20 });
    assert.equal((await api.patch(url, { [member]: 'One' }, { 'if-match': before })).status, 200);
    assertProblem(await api.patch(url, { [member]: 'Two' }, { 'if-match': before }), 412, 'precondition-failed');
    const version = url === list ? '"v3"' : '"v2"';
    assert.equal((await api.patch(url, { [member]: 'Two' }, { 'if-match': version })).status, 200);
  }
});
