import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';

/** The reviewers' page, as it comes over the wire; conformance/evidence-pages.test.ts uses it in a browser. */
const { send } = await startTestServer();
const get = (path: string) => send('GET', path, { key: null });

test('200 a page that holds nothing, and may run nothing but our own scripts', async () => {
  const { status, headers, text } = await get('/evidence/review');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(
    headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  );
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.doesNotMatch(text, /<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
  assert.doesNotMatch(text, /https?:\/\//, 'nothing from elsewhere, and no address that a proxy would change');
});

test('200 every part of the pages, for good; also below the path of an organisation', async () => {
  const { text } = await get('/evidence/review');
  const [style] = /assets\/[0-9a-f]{16}\/pages\.css/.exec(text) as RegExpExecArray;
  for (const name of ['pages.css', 'review.js', 'review-api.js', 'review-parts.js']) {
    for (const base of ['/evidence/', '/o/demo/evidence/']) {
      const { status, headers } = await get(`${base}${style.replace('pages.css', name)}`);
      assert.equal(status, 200, name);
      assert.match(String(headers['content-type']), name.endsWith('css') ? /^text\/css;/ : /^text\/javascript;/);
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    }
  }
  assert.equal((await get('/o/demo/evidence/review')).text, text);
});

test('404 for other files of the directory', async () => {
  const { text } = await get('/evidence/review');
  const [directory] = /assets\/[0-9a-f]{16}\//.exec(text) as RegExpExecArray;
  for (const path of ['', 'html.ts', '../dialect.ts', '..%2fdialect.ts', 'review.js.map'])
    assert.equal((await get(`/evidence/${directory}${path}`)).status, 404, path);
});
