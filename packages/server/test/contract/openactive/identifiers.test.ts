import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, base, pathOf, person, startTester } from './support.ts';

const { account, born, send, organisationWithKey } = await startTester();

/** Identifiers that other dialects can give, how they stand in a URL, and whether the text rule lets them be shown. */
const identifiers: [string, string, boolean][] = [
  ['with a space', 'with%20a%20space', true],
  ['a/b', 'a%2Fb', true],
  ['100%', '100%25', true],
  ['%41', '%2541', true],
  ['a<b>', 'a%3Cb%3E', false],
  ['M&Mu', 'M%26Mu', false],
  ['AT&T', 'AT%26T', true],
  ['a&b&#c', 'a%26b%26%23c', false],
  [' padded ', '%20padded%20', false],
  ["o'neill (1)!*", 'o%27neill%20%281%29%21%2A', true],
  ['Ærlig-ß-日本-😀', '%C3%86rlig-%C3%9F-%E6%97%A5%E6%9C%AC-%F0%9F%98%80', true],
  ['e\u0301', 'e%CC%81', true],
  ['?q=1#f', '%3Fq=1%23f', true],
  ['...', '...', true],
  ['a:b@c+d=e~f', 'a:b@c+d=e~f', true],
];

for (const [identifier, encoded, shown] of identifiers) {
  test(`200 for an account born elsewhere as "${identifier}"`, async () => {
    await born({ details: { email: `${encodeURIComponent(identifier)}@example.com` } }, { identifier });
    const id = `${base}/openactive/customer-accounts/${encoded}`;
    const got = await account('GET', identifier);
    assert.equal(got.status, 200, got.text);
    assert.equal(got.body['@id'], id);
    assert.equal(got.body.identifier, shown ? identifier : undefined);

    const resolved = await send('GET', id.slice(base.length));
    assert.equal(resolved.text, got.text);
    const body = { '@id': id, identifier, customer: { jobTitle: 'Coach' } };
    const patched = await account('PATCH', identifier, { body });
    assert.equal(patched.status, 200, patched.text);
    assert.equal((await account('DELETE', identifier)).status, 202);
    assert.equal((await send('GET', id.slice(base.length))).status, 410);
  });
}

test('404 for identifiers that no account can have', async () => {
  for (const path of ['%2E', 'x'.repeat(61), '%F0%9F%98%80'.repeat(61)]) {
    const { status, body } = await send('GET', `/openactive/customer-accounts/${path}`);
    assert.equal(status, 404, path);
    assert.equal(body['@type'], 'NotFoundError');
  }
});

test('400 for escapes that are none, and for control characters', async () => {
  for (const path of ['%', '%zz', '%ff', 'a%00b', '%C2%80']) {
    const { status, body } = await send('GET', `/openactive/customer-accounts/${path}`);
    assert.equal(status, 400, path);
    assert.equal(body.additionalType, `${base}/openactive/ns#InvalidRequest`);
  }
});

test('identifiers are compared exactly: case and composition count', async () => {
  await born({ details: { email: 'exact@example.com' } }, { identifier: 'Caf\u00e9' });
  assert.equal((await account('GET', 'Caf\u00e9')).status, 200);
  assert.equal((await account('GET', 'Cafe\u0301')).status, 404);
  assert.equal((await account('GET', 'caf\u00e9')).status, 404);
});

test('the same identifier, e-mail address and account number in two organisations are two accounts', async () => {
  const one = await organisationWithKey('One');
  const two = await organisationWithKey('Two');
  const bodies = await Promise.all(
    [one, two].map(async ({ key, organisation }) => {
      const customer = person({ email: 'same@example.com', familyName: organisation.name });
      const created = await account('PUT', 'SAME-1', { key, body: accountOf(customer, { accountNumber: 'SAME-2' }) });
      assert.equal(created.status, 201, created.text);
      return created.body;
    }),
  );
  assert.deepEqual(
    bodies.map((body) => body['@id']),
    [`${base}/o/one/openactive/customer-accounts/SAME-1`, `${base}/o/two/openactive/customer-accounts/SAME-1`],
  );
  assert.equal((await account('DELETE', 'SAME-1', { key: one.key })).status, 202);
  assert.equal((await account('GET', 'SAME-1', { key: one.key })).status, 410);
  const other = await send('GET', pathOf('SAME-1'), { key: two.key });
  assert.deepEqual(other.body, bodies[1]);
});
