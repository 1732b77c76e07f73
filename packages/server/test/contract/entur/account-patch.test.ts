import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;

async function account(body: Record<string, unknown> = {}) {
  const { customerNumber } = await server.profile();
  const created = await server.account(customerNumber, body);
  const path = `/profiles/${customerNumber}/customer-accounts/${created.customerAccountId}`;
  const patch = (document: unknown, headers: Record<string, string> = {}) => call('PATCH', path, document, { headers });
  return { customerNumber, created, path, patch };
}

describe('A3 patch', () => {
  test('200 {} and present values change nothing: same body, same tag, no change in the log', async () => {
    const { created, patch, customerNumber } = await account({ alias: 'Jobb', isDefault: true });
    const changes = () =>
      server.database.query('select number from change where customer_number = $1', [customerNumber]);
    const before = (await changes()).length;
    for (const document of [{}, { alias: 'Jobb' }, { alias: ' Jobb ', isDefault: true }]) {
      const response = await patch(document);
      assert.deepEqual(succeeded(response), created);
      assert.equal(response.headers.etag, `"a${created.id}-1"`);
    }
    assert.equal((await changes()).length, before);
  });

  test('200 both media types; alias is set trimmed, null removes it, absent already is as {}', async () => {
    const { created, patch } = await account();
    const set = await patch({ alias: ' Jobb ' }, { 'content-type': 'application/merge-patch+json; charset=utf-8' });
    assert.equal(succeeded(set).alias, 'Jobb');
    assert.equal(set.body.changedBy, 'eksempel-app');
    assert.equal(set.headers.etag, `"a${created.id}-2"`);
    const cleared = await patch({ alias: null });
    assert.equal('alias' in succeeded(cleared), false);
    assert.equal(cleared.headers.etag, `"a${created.id}-3"`);
    const again = await patch({ alias: null });
    assert.deepEqual([again.body, again.headers.etag], [cleared.body, cleared.headers.etag]);
  });

  test('200 isDefault: true moves the flag, false and null take it; no account becomes default by itself', async () => {
    const { customerNumber, created, patch } = await account({ isDefault: true });
    const other = await server.account(customerNumber);
    const path = `/profiles/${customerNumber}/customer-accounts/${other.customerAccountId}`;
    assert.equal(succeeded(await call('PATCH', path, { isDefault: true })).isDefault, true);
    const defaults = async () =>
      succeeded(await call('GET', `/profiles/${customerNumber}/customer-accounts`))
        .filter((one: { isDefault: boolean }) => one.isDefault)
        .map((one: { id: number }) => one.id);
    assert.deepEqual(await defaults(), [other.id]);
    assert.equal(succeeded(await call('PATCH', path, { isDefault: null })).isDefault, false);
    assert.deepEqual(await defaults(), []);
    assert.equal('customerAccountId' in succeeded(await call('GET', `/profiles/${customerNumber}`)), false);
    succeeded(await patch({ isDefault: true }));
    assert.deepEqual(await defaults(), [created.id]);
    assert.equal(succeeded(await patch({ isDefault: false })).isDefault, false);
    assert.deepEqual(await defaults(), []);
  });

  test('400/400 faulty values and members; nothing is applied', async () => {
    const { path, created, patch } = await account({ alias: 'Jobb' });
    const faulty: [unknown, ...string[]][] = [
      [{ alias: '' }, 'alias'],
      [{ alias: '  ' }, 'alias'],
      [{ alias: 'x'.repeat(61) }, 'alias'],
      [{ alias: 1 }, 'alias'],
      [{ isDefault: 'true' }, 'isDefault'],
      [{ isDefault: 0 }, 'isDefault'],
      [{ isDefault: {} }, 'isDefault'],
      [{ isDefault: true, accountId: created.customerAccountId }, 'accountId', 'alias, isDefault'],
      [{ isDefault: true, id: created.id }, 'id'],
      [{ isDefault: true, customerAccountId: created.customerAccountId }, 'customerAccountId'],
      [{ isDefault: true, createdBy: 'web', changedBy: 'web' }, 'createdBy, changedBy'],
      [{ isDefault: true, constructor: 1, 0: 1 }, 'constructor', '0'],
      [{ isDefault: true, alias: '' }, 'alias'],
    ];
    for (const [document, ...names] of faulty) refused(await patch(document), 400, 400, ...names);
    for (const document of ['["alias"]', '"a"', '1', 'true', 'null']) refused(await patch(document), 400, 400, 'JSON');
    refused(await patch('', { 'content-type': 'application/merge-patch+json' }), 400, 400);
    refused(await patch(undefined), 400, 400);
    assert.deepEqual(succeeded(await call('GET', path)), created);
  });

  test('400/624 another account of the customer has the alias; nothing is applied', async () => {
    const { customerNumber, created, path, patch } = await account({ alias: 'Jobb' });
    await server.account(customerNumber, { alias: 'Fritid' });
    refused(await patch({ alias: 'Fritid', isDefault: true }), 400, 624);
    assert.deepEqual(succeeded(await call('GET', path)), created);
  });

  test('412/412 If-Match: strong comparison, lists, *', async () => {
    const { created, patch } = await account();
    const tag = `"a${created.id}-1"`;
    for (const header of [`"a${created.id}-2"`, `W/${tag}`, `"a${created.id}"`, '"c1-1", "x"']) {
      refused(await patch({ alias: 'A' }, { 'if-match': header }), 412, 412);
    }
    succeeded(await patch({}, { 'if-match': `"x", ${tag}` }));
    succeeded(await patch({ alias: 'A' }, { 'if-match': tag }));
    refused(await patch({ alias: 'B' }, { 'if-match': tag }), 412, 412);
    succeeded(await patch({ alias: 'B' }, { 'if-match': '*' }));
  });

  test('400/400 If-Match that cannot be parsed', async () => {
    const { patch } = await account();
    for (const header of ['a1-1', '"a', '', 'W/', '"a" "b"']) {
      refused(await patch({}, { 'if-match': header }), 400, 400, 'If-Match');
    }
  });

  test('404/617 unknown pair, account of another customer; before 412', async () => {
    const { created } = await account();
    const { customerNumber } = await server.profile();
    const path = `/profiles/${customerNumber}/customer-accounts/${created.customerAccountId}`;
    refused(await call('PATCH', path, {}, { headers: { 'if-match': '"x"' } }), 404, 617);
    refused(await call('PATCH', `/profiles/999/customer-accounts/${created.customerAccountId}`, {}), 404, 617);
    refused(await call('PATCH', path, { alias: '' }), 400, 400, 'alias');
  });

  test('400/400 passive customer, after 412', async () => {
    const { customerNumber, patch } = await account();
    succeeded(await call('DELETE', `/profiles/${customerNumber}`));
    refused(await patch({ alias: 'A' }, { 'if-match': '"x"' }), 412, 412);
    refused(await patch({ alias: 'A' }), 400, 400);
  });

  test('200 N writers with If-Match: one succeeds, the others get 412', async () => {
    const { created, patch } = await account();
    const tag = { 'if-match': `"a${created.id}-1"` };
    const all = await Promise.all(Array.from({ length: 12 }, (_, n) => patch({ alias: `A${n}` }, tag)));
    assert.deepEqual(all.map(({ status }) => status).sort(), [200, ...Array.from({ length: 11 }, () => 412)]);
  });
});
