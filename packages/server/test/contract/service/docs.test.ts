import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialects } from '#server';
import { publicUrl, startTestServer } from '../../support/server.ts';

const server = await startTestServer();
const get = (url: string, headers = {}) => server.send('GET', url, { key: null, headers });

/** Addresses in a page, as a browser at `at` resolves them. */
function addressesIn(html: string, at: string): string[] {
  return [...html.matchAll(/ (?:href|src)="([^"#]+)"/g)].map(
    ([, address]) => new URL(address as string, `http://here${at}`).href,
  );
}

test('302 /: leads to /docs by a relative address, so that it works behind a path of a proxy', async () => {
  for (const [url, location] of [
    ['/', 'docs'],
    ['/docs/', '../docs'],
  ] as const) {
    const response = await get(url);
    assert.equal(response.status, 302);
    assert.equal(response.headers.location, location);
  }
});

for (const page of ['/docs', '/docs/errors']) {
  test(`200 ${page}: HTML that takes everything from this server`, async () => {
    const response = await get(page);
    assert.equal(response.status, 200);
    assert.equal(response.headers['content-type'], 'text/html; charset=utf-8');
    const policy = String(response.headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.doesNotMatch(response.text, /<script(?! src=)|<style| style=| on[a-z]+=/);
    const loaded = addressesIn(response.text, page).filter((address) => /\.(js|css|svg|json)$/.test(address));
    assert.ok(loaded.length > 0);
    for (const address of loaded) {
      assert.ok(address.startsWith('http://here/'), address);
      assert.equal((await get(address.slice('http://here'.length))).status, 200, address);
    }
  });
}

test('200 /docs: names every document, without repeating our own name', async () => {
  const { text } = await get('/docs');
  const labels = [...text.matchAll(/data-document="openapi\/([a-z]+)\.json">([^<]+)</g)].map(([, name, label]) => [
    name,
    label,
  ]);
  assert.deepEqual(
    labels.map(([name]) => name),
    dialects.map(({ name }) => name),
  );
  assert.equal(labels[0]?.[1], 'Native API');
});

test('200 assets: the right media types, to be kept for good', async () => {
  const types: Record<string, string> = {
    css: 'text/css; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
    svg: 'image/svg+xml',
  };
  const assets = addressesIn((await get('/docs')).text, '/docs').filter((address) => address.includes('/assets/'));
  assert.equal(assets.length, 5);
  for (const address of assets) {
    const { headers } = await get(new URL(address).pathname);
    assert.equal(headers['content-type'], types[address.split('.').at(-1) as string], address);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  }
});

test('304: what the caller has already is not sent again', async () => {
  for (const url of ['/docs', '/docs/errors', '/openapi/native.json']) {
    const first = await get(url);
    assert.equal(first.headers['cache-control'], 'no-cache', url);
    const again = await get(url, { 'if-none-match': first.headers.etag });
    assert.equal(again.status, 304, url);
    assert.equal(again.text, '', url);
    assert.equal(again.headers.etag, first.headers.etag, url);
    assert.equal((await get(url, { 'if-none-match': '"other"' })).status, 200, url);
  }
});

test('200 /openapi/{dialect}.json: each dialect has a document that names this installation', async () => {
  for (const { name, title } of dialects) {
    const { status, headers, body } = await get(`/openapi/${name}.json`);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(body.openapi, '3.1.0');
    assert.equal(body.info.title, title);
    assert.deepEqual(body.info.license, { name: 'MIT', identifier: 'MIT' });
    assert.deepEqual(body.servers, [{ url: publicUrl }]);
  }
});
