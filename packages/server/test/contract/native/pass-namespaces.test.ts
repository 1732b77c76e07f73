import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { catalogueApi, catalogueChanges } from './catalogue-support.ts';
import { assertProblem, rowCounts } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = catalogueApi(server);
const namespaces = '/v1/pass-namespaces';
const plain = {
  isDefault: false,
  minLength: 1,
  maxLength: 128,
  checkDigit: 'none',
  codeType: 'qrcode',
  maxActivePerAccount: 50,
};

/** A pass as it is stored, so that the namespace is in use. */
async function reserve(name: string, organisationId = server.organisation.id): Promise<void> {
  await server.database.query(
    `insert into access_pass (organisation_id, text, namespace, id, state, document) values ($1, $2, $3, $4, 'reserved', '{}')`,
    [organisationId, randomUUID(), name, randomUUID()],
  );
}

test('200 every organisation begins with the default namespace card', async () => {
  const other = await server.organisationWithKey('Beginner');
  const { status, body } = await send('GET', namespaces, { key: other.key });
  assert.equal(status, 200);
  const { createdAt, changedAt, ...shown } = body.items[0];
  assert.deepEqual([body.items.length, shown], [1, { ...plain, name: 'card', isDefault: true }]);
  assert.equal(createdAt, changedAt);
});

test('201 with location, tag and everything that was said', async () => {
  const said = {
    name: 'member-card',
    isDefault: false,
    prefix: 'NM',
    pattern: 'NM[0-9]+',
    minLength: 9,
    maxLength: 20,
    checkDigit: 'mod97',
    codeType: 'code128',
    maxActivePerAccount: 2,
  };
  const created = await send('POST', namespaces, { body: said });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.location, 'https://accounts.example.com/v1/pass-namespaces/member-card');
  assert.equal(created.headers.etag, '"v1"');
  const { createdAt: _, changedAt: __, ...shown } = created.body;
  assert.deepEqual(shown, said);
  const read = await send('GET', `${namespaces}/member-card`);
  assert.deepEqual([read.status, read.body], [200, created.body]);
  assert.equal((await send('GET', `${namespaces}/member-card`, { headers: { 'if-none-match': '"v1"' } })).status, 304);
});

test('409 for a name that is there', async () => {
  assertProblem(await send('POST', namespaces, { body: { name: 'card' } }), 409, 'already-in-use', ['/name']);
});

test('400 names every faulty member', async () => {
  const counts = await rowCounts(server);
  const body = {
    name: 'No',
    isDefault: 1,
    prefix: '',
    pattern: '',
    minLength: 0,
    maxLength: 129,
    checkDigit: 'sum',
    codeType: 'morse',
    maxActivePerAccount: 1001,
    version: 1,
  };
  const places = Object.keys(body).map((member) => `/${member}`);
  assertProblem(await send('POST', namespaces, { body }), 400, 'invalid', places);
  assertProblem(await send('POST', namespaces, { body: {} }), 400, 'invalid', ['/name']);
  const post = (members: object) => send('POST', namespaces, { body: { name: 'faulty', ...members } });
  assertProblem(await post({ pattern: '(' }), 400, 'invalid', ['/pattern']);
  assertProblem(await post({ minLength: 9, maxLength: 8 }), 400, 'invalid', ['/minLength']);
  assertProblem(await post({ prefix: 'a<b' }), 400, 'invalid', ['/prefix']);
  assertProblem(await post({ codeType: 'ean13' }), 400, 'invalid', ['/checkDigit', '/minLength', '/maxLength']);
  assert.deepEqual(await rowCounts(server), counts);
});

test('200 PATCH changes what is named; null removes or brings the default back', async () => {
  const url = await api.namespace({ prefix: 'NM', pattern: 'NM.*', minLength: 5, maxLength: 9, codeType: 'code39' });
  const changed = await api.patch(url, {
    prefix: null,
    pattern: null,
    minLength: null,
    maxLength: null,
    codeType: null,
  });
  assert.equal(changed.status, 200, changed.text);
  const { name: _, createdAt: __, changedAt: ___, ...shown } = changed.body;
  assert.deepEqual(shown, plain);
  assert.equal(changed.headers.etag, '"v2"');
  const counts = await rowCounts(server);
  assert.equal((await api.patch(url, { minLength: 1, isDefault: null })).headers.etag, '"v2"');
  assert.deepEqual(await rowCounts(server), counts);
});

test('400 PATCH of what cannot change, or to what cannot be', async () => {
  const url = await api.namespace();
  assertProblem(await api.patch(url, { name: 'x', minLength: 0 }), 400, 'invalid', ['/name', '/minLength']);
  assertProblem(await api.patch(url, { minLength: 10, maxLength: 9 }), 400, 'invalid', ['/minLength']);
  const both = await api.patch(`${namespaces}/card`, { isDefault: false, pattern: '[' });
  assertProblem(both, 400, 'invalid', ['/isDefault', '/pattern']);
});

test('412 PATCH and DELETE with a tag that is no longer current', async () => {
  const url = await api.namespace();
  await api.patch(url, { minLength: 2 });
  const headers = { 'if-match': '"v1"' };
  assertProblem(await api.patch(url, { minLength: 3 }, headers), 412, 'precondition-failed');
  assertProblem(await send('DELETE', url, { headers }), 412, 'precondition-failed');
  assert.equal((await send('DELETE', url, { headers: { 'if-match': '"v2"' } })).status, 204);
});

test('making one the default takes it from the other, in one step', async () => {
  const other = await server.organisationWithKey('Switcher');
  const asOther = (method: string, url: string, body?: object) =>
    send(method, url, { key: other.key, ...(body ? { body } : {}) });
  const defaults = async () =>
    (await asOther('GET', namespaces)).body.items
      .filter(({ isDefault }: { isDefault: boolean }) => isDefault)
      .map(({ name }: { name: string }) => name);
  await asOther('POST', namespaces, { name: 'wristband', isDefault: true });
  assert.deepEqual(await defaults(), ['wristband']);
  const card = await asOther('GET', `${namespaces}/card`);
  assert.deepEqual([card.body.isDefault, card.headers.etag], [false, '"v2"']);
  assert.equal((await asOther('PATCH', `${namespaces}/card`, { isDefault: true })).status, 200);
  assert.deepEqual(await defaults(), ['card']);
  const kept = (await asOther('PATCH', `${namespaces}/card`, { isDefault: true })).headers.etag;
  assert.equal(kept, '"v3"');
  const changes = await server.database.query(
    'select subject_key, kind, members, audit_number from change where organisation_id = $1 order by number',
    [other.organisation.id],
  );
  assert.deepEqual(
    changes.map(({ subject_key, kind }) => `${subject_key} ${kind}`),
    ['wristband created', 'card updated', 'card updated', 'wristband updated'],
  );
  assert.deepEqual(changes[2]?.members, ['isDefault']);
  assert.equal(changes[2]?.audit_number, changes[3]?.audit_number);
});

test('204 DELETE of one without passes; then it is not there, and its name is free', async () => {
  const url = await api.namespace();
  const name = url.split('/').at(-1) as string;
  assert.equal((await send('DELETE', url)).status, 204);
  assertProblem(await send('GET', url), 404, 'not-found');
  assertProblem(await send('DELETE', url), 404, 'not-found');
  assert.equal((await send('POST', namespaces, { body: { name } })).status, 201);
  const changes = await catalogueChanges(server, name);
  assert.deepEqual(
    changes.map(({ kind, cause, events, version }) => [kind, cause, events, version]),
    [
      ['created', 'own', ['pass-namespace.created'], 1],
      ['deleted', 'delete', ['pass-namespace.deleted'], 2],
      ['created', 'own', ['pass-namespace.created'], 1],
    ],
  );
});

test('409 DELETE of the default one, and of one that has passes', async () => {
  const ofDefault = await send('DELETE', `${namespaces}/card`);
  assertProblem(ofDefault, 409, 'catalogue-state');
  assert.match(ofDefault.body.detail, /default/);
  const url = await api.namespace();
  await reserve(url.split('/').at(-1) as string);
  const counts = await rowCounts(server);
  const used = await send('DELETE', url);
  assertProblem(used, 409, 'catalogue-state');
  assert.match(used.body.detail, /passes/);
  assert.deepEqual(await rowCounts(server), counts);
  assert.equal((await send('GET', url)).status, 200);
});

test('passes of another organisation in a namespace of that name do not count', async () => {
  const other = await server.organisationWithKey('Namesake');
  await send('POST', namespaces, { body: { name: 'shared' }, key: other.key });
  await reserve('shared', other.organisation.id);
  await api.namespace({ name: 'shared' });
  assertProblem(await send('GET', await api.namespace(), { key: other.key }), 404, 'not-found');
  assert.equal((await send('DELETE', `${namespaces}/shared`)).status, 204);
  assert.equal((await send('GET', `${namespaces}/shared`, { key: other.key })).status, 200);
});

test('404 for a namespace that is not there', async () => {
  for (const url of [`${namespaces}/nobody`, `${namespaces}/No%20Way`]) {
    assertProblem(await send('GET', url), 404, 'not-found');
    assertProblem(await api.patch(url, { minLength: 2 }), 404, 'not-found');
    assertProblem(await send('DELETE', url), 404, 'not-found');
  }
});

test('200 the namespaces by name, in pages', async () => {
  const other = await server.organisationWithKey('Many');
  for (const name of ['z', 'a', '0-9']) await send('POST', namespaces, { body: { name }, key: other.key });
  const first = await send('GET', `${namespaces}?limit=3`, { key: other.key });
  const names = ({ body }: typeof first) => body.items.map(({ name }: { name: string }) => name);
  assert.deepEqual(names(first), ['0-9', 'a', 'card']);
  const second = await send('GET', first.body.next.replace('https://accounts.example.com', ''), { key: other.key });
  assert.deepEqual([names(second), second.body.next], [['z'], undefined]);
});

test('a repeat with the same Idempotency-Key gets the same answer, one namespace', async () => {
  const options = { body: { name: 'once' }, headers: { 'idempotency-key': 'namespace once' } };
  const first = await send('POST', namespaces, options);
  const again = await send('POST', namespaces, options);
  assert.deepEqual([again.status, again.text], [201, first.text]);
  assert.equal(again.headers['idempotency-replayed'], 'true');
});
