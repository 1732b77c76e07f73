import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { catalogueApi, catalogueChanges } from './catalogue-support.ts';
import { assertProblem, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = catalogueApi(server);
const lists = '/v1/entitlement-lists';

test('201 with location, tag and everything that was said', async () => {
  const said = {
    slug: 'residents',
    title: 'Northmoor resident schemes',
    description: 'Entitlements granted by Northmoor Leisure.',
    license: 'https://creativecommons.org/licenses/by/4.0/',
    published: false,
  };
  const created = await send('POST', lists, { body: said });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.location, 'https://accounts.example.com/v1/entitlement-lists/residents');
  assert.equal(created.headers.etag, '"v1"');
  const { createdAt, changedAt, ...shown } = created.body;
  assert.equal(createdAt, changedAt);
  const uri = 'https://accounts.example.com/openactive/entitlement-lists/residents';
  assert.deepEqual(shown, { ...said, uri, adopted: false });
  const read = await send('GET', `${lists}/residents`);
  assert.deepEqual([read.status, read.body, read.headers.etag], [200, created.body, '"v1"']);
  assert.equal((await send('GET', `${lists}/residents`, { headers: { 'if-none-match': '"v1"' } })).status, 304);
});

test('201 with the least; published unless it says otherwise', async () => {
  const { body } = await send('POST', lists, { body: { slug: 'least', title: ' Least ' } });
  assert.deepEqual(
    [body.title, body.published, 'description' in body, 'license' in body],
    ['Least', true, false, false],
  );
});

test('409 for a slug that is there', async () => {
  await api.list({ slug: 'twice' });
  const again = await send('POST', lists, { body: { slug: 'twice', title: 'Again' } });
  assertProblem(again, 409, 'already-in-use', ['/slug']);
  assert.equal(again.body.detail, 'Another entitlement list has this slug.');
});

test('400 names every faulty member', async () => {
  const counts = await rowCounts(server);
  const body = { slug: 'No Way', title: '', description: 'x'.repeat(2001), license: 'CC BY', published: 'yes', x: 1 };
  const places = ['/slug', '/title', '/description', '/license', '/published', '/x'];
  assertProblem(await send('POST', lists, { body }), 400, 'invalid', places);
  assertProblem(await send('POST', lists, { body: {} }), 400, 'invalid', ['/slug', '/title']);
  for (const slug of ['', 'A', 'ä', 'a b', 'a/b', '..', 'x'.repeat(61), 7, null, ['a'], 'a\u0000'])
    assert.equal((await send('POST', lists, { body: { slug, title: 'T' } })).status, 400, String(slug));
  for (const garbage of ['{', '[]', '"x"', 'null', '7', ''])
    assert.equal((await send('POST', lists, { body: garbage })).status, 400, garbage);
  const license = `https://example.com/${'x'.repeat(1990)}`;
  assertProblem(await send('POST', lists, { body: { slug: 'a', title: 'T', license } }), 400, 'invalid', ['/license']);
  assert.deepEqual(await rowCounts(server), counts);
});

test('the title is stored as it is given, also where OpenActive cannot show it', async () => {
  const url = await api.list({ title: 'M&M <Ältere> &amp; 50+' });
  assert.equal((await send('GET', url)).body.title, 'M&M <Ältere> &amp; 50+');
});

test('200 PATCH changes what is named; null removes; the tag rises', async () => {
  const url = await api.list({ description: 'old', license: 'https://example.com/licence' });
  const changed = await api.patch(url, { title: 'New', description: null, published: false });
  assert.equal(changed.status, 200, changed.text);
  const { title, published, license } = changed.body;
  assert.deepEqual([title, published, license], ['New', false, 'https://example.com/licence']);
  assert.ok(!('description' in changed.body));
  assert.equal(changed.headers.etag, '"v2"');
  assert.deepEqual((await send('GET', url)).body, changed.body);
  assert.equal((await api.patch(url, { published: null })).body.published, true);
});

test('200 PATCH that changes nothing: same tag, no record', async () => {
  const url = await api.list({ description: 'same' });
  const counts = await rowCounts(server);
  for (const body of [{}, { title: 'A list' }, { description: ' same ' }, { license: null }]) {
    const response = await api.patch(url, body);
    assert.deepEqual([response.status, response.headers.etag], [200, '"v1"'], JSON.stringify(body));
  }
  assert.deepEqual(await rowCounts(server), counts);
});

test('400 PATCH of what cannot change, or to what cannot be', async () => {
  const url = await api.list();
  const body = { slug: 'other', uri: 'https://example.com', title: null, license: 'nonsense' };
  assertProblem(await api.patch(url, body), 400, 'invalid', ['/slug', '/uri', '/title', '/license']);
});

test('412 PATCH with a tag that is no longer current; 200 with the current one', async () => {
  const url = await api.list();
  assert.equal((await api.patch(url, { title: 'One' }, { 'if-match': '"v1"' })).status, 200);
  assertProblem(await api.patch(url, { title: 'Two' }, { 'if-match': '"v1"' }), 412, 'precondition-failed');
  assertProblem(await api.patch(url, { title: 'One' }, { 'if-match': '"v1"' }), 412, 'precondition-failed');
  assert.equal((await api.patch(url, { title: 'Two' }, { 'if-match': '"v2"' })).status, 200);
  assert.equal((await api.patch(url, { title: 'Three' }, { 'if-match': '*' })).status, 200);
});

test('404 for a list that is not there', async () => {
  for (const url of [`${lists}/nobody`, `${lists}/No%20Way`, `${lists}/%2e%2e%2f`]) {
    assertProblem(await send('GET', url), 404, 'not-found');
    assertProblem(await api.patch(url, { title: 'x' }), 404, 'not-found');
  }
  assert.equal((await send('GET', `${lists}/nobody`)).body.detail, 'No such entitlement list is available to you.');
  assert.equal((await send('GET', `${lists}/a%00`)).status, 400);
});

test('405 DELETE: lists stay', async () => {
  assertProblem(await send('DELETE', await api.list()), 405, 'method-not-allowed');
});

test('200 the lists by slug, in pages', async () => {
  const other = await server.organisationWithKey('Paged');
  const slugs = ['a', 'b-1', 'b-2', 'c', '0'];
  for (const slug of slugs) {
    await send('POST', lists, { body: { slug, title: slug }, key: other.key });
  }
  const seen: string[] = [];
  let pages = 0;
  for (let url: string | undefined = `${lists}?limit=2`; url; ) {
    const { status, body }: { status: number; body: { items: { slug: string }[]; next?: string } } = await send(
      'GET',
      url,
      { key: other.key },
    );
    assert.equal(status, 200);
    seen.push(...body.items.map(({ slug }) => slug));
    pages += 1;
    url = body.next?.replace('https://accounts.example.com/o/paged', '');
  }
  assert.deepEqual([seen, pages], [[...slugs].sort(), 3]);
  assertProblem(await send('GET', `${lists}?limit=0`), 400, 'invalid', ['?limit']);
  assertProblem(await send('GET', `${lists}?limit=201&cursor=A`), 400, 'invalid', ['?limit', '?cursor']);
});

test('a repeat with the same Idempotency-Key gets the same answer, one list', async () => {
  const headers = { 'idempotency-key': 'list once' };
  const body = { slug: unique('kept-'), title: 'Kept' };
  const first = await send('POST', lists, { body, headers });
  const again = await send('POST', lists, { body, headers });
  assert.deepEqual([again.status, again.text, again.headers.etag], [201, first.text, '"v1"']);
  assert.equal(again.headers.location, first.headers.location);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  const other = await send('POST', lists, { body: { ...body, title: 'Other' }, headers });
  assertProblem(other, 422, 'idempotency-key-reused');
});

test('a refusal is kept too', async () => {
  const headers = { 'idempotency-key': 'list refused' };
  const body = { slug: unique('kept-'), title: 'Kept' };
  await send('POST', lists, { body });
  for (const replayed of [undefined, 'true']) {
    const response = await send('POST', lists, { body, headers });
    assertProblem(response, 409, 'already-in-use', ['/slug']);
    assert.equal(response.headers['idempotency-replayed'], replayed);
  }
});

test('every write is one change and one audit record: who, what, names of members, no values', async () => {
  const url = await api.list({ description: 'secret plan' });
  await api.patch(url, { title: 'Secret', license: 'https://example.com/l' });
  const slug = url.split('/').at(-1) as string;
  const common = { subject: 'entitlement-list', subject_key: slug, cause: 'own', dialect: 'native' };
  assert.deepEqual(await catalogueChanges(server, slug), [
    {
      ...common,
      kind: 'created',
      version: 1,
      members: ['published', 'slug', 'title', 'description'],
      events: ['entitlement-list.created'],
      operation: 'entitlement-lists.create',
    },
    {
      ...common,
      kind: 'updated',
      version: 2,
      members: ['title', 'license'],
      events: ['entitlement-list.updated'],
      operation: 'entitlement-lists.change',
    },
  ]);
  const [row] = await server.database.query('select * from audit where subject_key = $1 order by number', [slug]);
  assert.deepEqual([row?.client_name, row?.actor, row?.customer_number], ['test client', 'test client', null]);
});

test('numbers of changes are dense over all that is written', async () => {
  const [row] = await server.database.query(
    `select count(*)::int as count, max(number)::int as last, (select change_number::int from organisation_counter where organisation_id = $1) as counter
     from change where organisation_id = $1`,
    [server.organisation.id],
  );
  assert.ok(Number(row?.count) > 10);
  assert.deepEqual([row?.last, row?.counter], [row?.count, row?.count]);
});

test('another organisation sees nothing of it, and has slugs of its own', async () => {
  const url = await api.list({ slug: 'ours' });
  const { key } = await server.organisationWithKey('Stranger');
  assertProblem(await send('GET', url, { key }), 404, 'not-found');
  assertProblem(await send('PATCH', url, { key, body: { title: 'Theirs' } }), 404, 'not-found');
  assert.deepEqual((await send('GET', lists, { key })).body, { items: [] });
  assert.equal((await send('POST', lists, { key, body: { slug: 'ours', title: 'Theirs' } })).status, 201);
  assert.equal((await send('GET', url)).body.title, 'A list');
});
