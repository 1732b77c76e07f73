import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { problems } from '#dialects/native/problems.ts';
import { Problem } from '#dialects/native/schema.ts';
import { validatorOf } from '#http/validation.ts';
import { startTestServer } from '../../support/server.ts';

const server = await startTestServer();
const source = readFileSync(new URL('../../../../../docs/errors.md', import.meta.url), 'utf8');
const { text: page } = await server.send('GET', '/docs/errors', { key: null });

/** Every problem once; several refusals may be the same problem. */
const byCode = new Map(Object.values(problems).map((problem) => [problem.code, problem]));
const sections = new Map(
  source
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text]),
);

test('every problem of the native API has its section, and no section is left over', () => {
  assert.deepEqual([...sections.keys()].sort(), [...byCode.keys()].sort());
});

for (const [code, { status, title }] of byCode) {
  test(`#${code}: status, title, cause, example and fix`, () => {
    const section = sections.get(code) ?? '';
    assert.ok(section.includes(`\n**${status} ${title}**\n`), 'status and title');
    for (const part of ['Cause', 'Example', 'Fix'])
      assert.match(section, new RegExp(`^\\*\\*${part}\\.\\*\\* \\S`, 'm'));
    const example = JSON.parse(section.match(/```json\n([\s\S]*?)```/)?.[1] ?? '');
    assert.deepEqual(validatorOf(Problem)(example), []);
    assert.equal(example.type, `https://accounts.example.com/docs/errors#${code}`);
    assert.deepEqual([example.code, example.status, example.title], [code, status, title]);
  });

  test(`#${code} is an address on the page`, () => {
    assert.equal(page.split(`<section id="${code}">`).length, 2);
  });
}

test('the page is text, not markup: what Markdown means is rendered, the rest is escaped', () => {
  assert.match(page, /<h1>Errors of the native API<\/h1>/);
  assert.match(page, /<code>Authorization: Bearer &lt;key&gt;<\/code>/);
  assert.match(page, /<pre><code>\{\n {2}&quot;type&quot;: /);
  assert.match(page, /<a href="#not-found">not-found<\/a>/);
  assert.match(page, /<li><code>requestId<\/code> is/);
  assert.doesNotMatch(page, /\*\*|```/);
});

test('the type of a problem leads to its section', async () => {
  const { body } = await server.send('GET', '/v1/customers/4199999');
  assert.equal(new URL(body.type).pathname, '/docs/errors');
  assert.ok(page.includes(`<section id="${new URL(body.type).hash.slice(1)}">`));
});
