import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { startTestServer } from '../../support/server.ts';
import { inTwo } from '../../support/two-servers.ts';
import { catalogueApi, catalogueChanges, scheme } from './catalogue-support.ts';
import { assertProblem, rowCounts } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = catalogueApi(server);
const base = 'https://accounts.example.com';

/** All that can be said of a type. */
const full = {
  id: 'student',
  label: 'Student',
  position: 7,
  hidden: true,
  defaultDuration: 'P1Y6M',
  category: 'STUDENT',
  evidence: 'after',
  evidenceDeadlineDays: 30,
  evidenceName: 'Send proof of study',
  evidenceDescription: 'Upload a student card or a letter of enrolment.',
  evidenceUrl: 'https://www.example.com/proof',
};

test('201 with location, tag, uri and everything that was said', async () => {
  const list = await api.list({ slug: 'residents' });
  const created = await send('POST', `${list}/types`, { body: full });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.location, `${base}/v1/entitlement-lists/residents/types/student`);
  assert.equal(created.headers.etag, '"v1"');
  const uri = `${base}/openactive/entitlement-lists/residents#student`;
  assert.deepEqual(created.body, { ...full, list: 'residents', uri, status: 'active' });
  const read = await send('GET', `${list}/types/student`);
  assert.deepEqual([read.status, read.body, read.headers.etag], [200, created.body, '"v1"']);
  assert.equal((await send('GET', `${list}/types/student`, { headers: { 'if-none-match': '"v1"' } })).status, 304);
});

test('201 with a label only: a UUIDv7 as id, defaults, last in the list', async () => {
  const list = await api.list();
  await api.type({ position: 41 }, list);
  const { body } = await send('POST', `${list}/types`, { body: { label: ' Adult Resident ' } });
  assert.match(body.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const { id, list: slug, uri, ...shown } = body;
  assert.equal(uri, `${base}/openactive/entitlement-lists/${slug}#${id}`);
  assert.deepEqual(shown, {
    label: 'Adult Resident',
    status: 'active',
    hidden: false,
    position: 42,
    evidence: 'none',
    evidenceDeadlineDays: 14,
  });
});

test('a new type, and every change of one, gives the list a new tag', async () => {
  const list = await api.list();
  const tag = async () => (await send('GET', list)).headers.etag;
  assert.equal(await tag(), '"v1"');
  const type = await api.type({}, list);
  assert.equal(await tag(), '"v2"');
  await api.patch(type, { label: 'B' });
  assert.equal(await tag(), '"v3"');
  await api.patch(type, { label: 'B' });
  assert.equal(await tag(), '"v3"');
});

test('409 for an id that its list has; other lists may have it too', async () => {
  const list = await api.list();
  await api.type({ id: 'a' }, list);
  const again = await send('POST', `${list}/types`, { body: { id: 'a', label: 'Again' } });
  assertProblem(again, 409, 'already-in-use', ['/id']);
  assert.equal(again.body.detail, 'Another entitlement type has this id.');
  await api.type({ id: 'a' });
  await api.type({ id: 'A' }, list);
});

test('400 names every faulty member', async () => {
  const list = await api.list();
  const counts = await rowCounts(server);
  const body = {
    id: 'a b',
    label: '',
    position: -1,
    hidden: 'no',
    defaultDuration: 12,
    category: 'adult',
    evidence: 'perhaps',
    evidenceDeadlineDays: 0,
    evidenceName: 'x'.repeat(101),
    evidenceDescription: 'x'.repeat(1001),
    evidenceUrl: 'www.example.com',
    status: 'retired',
    uri: 'https://example.com/a',
  };
  const places = Object.keys(body).map((member) => `/${member}`);
  assertProblem(await send('POST', `${list}/types`, { body }), 400, 'invalid', places);
  assertProblem(await send('POST', `${list}/types`, { body: {} }), 400, 'invalid', ['/label']);
  for (const id of ['', '.', '..', 'ä', 'a/b', 'a#b', 'a%20', 'x'.repeat(101), 7, null])
    assertProblem(await send('POST', `${list}/types`, { body: { id, label: 'L' } }), 400, 'invalid', ['/id']);
  for (const garbage of ['{', '[]', 'null', ''])
    assert.equal((await send('POST', `${list}/types`, { body: garbage })).status, 400, garbage);
  assert.deepEqual(await rowCounts(server), counts);
});

test('400 for durations and pages that are none', async () => {
  const list = await api.list();
  const post = (members: object) => send('POST', `${list}/types`, { body: { label: 'L', ...members } });
  for (const defaultDuration of [
    '',
    'P',
    '1Y',
    'PT1H',
    'P1YT1H',
    'P0D',
    'P-1Y',
    'P1.5Y',
    'P101Y',
    'P1D1Y',
    'p1y',
    'P1Y ',
  ])
    assertProblem(await post({ defaultDuration }), 400, 'invalid', ['/defaultDuration']);
  for (const evidenceUrl of [
    'http://www.example.com/a',
    'https://host/a',
    'https://www.example.com/?a=1&b=2',
    'ftp://www.example.com/',
    'javascript:alert(1)',
    'https://www.example.com/{id}',
    `https://www.example.com/${'x'.repeat(2000)}`,
  ])
    assertProblem(await post({ evidenceUrl }), 400, 'invalid', ['/evidenceUrl']);
  const both = { defaultDuration: 'P0Y', evidenceUrl: 'http://www.example.com' };
  assertProblem(await post(both), 400, 'invalid', ['/defaultDuration', '/evidenceUrl']);
  for (const defaultDuration of ['P1Y', 'P18M', 'P52W', 'P365D', 'P1Y2M3W4D', 'P100Y'])
    assert.equal((await post({ defaultDuration })).status, 201, defaultDuration);
});

test('200 PATCH changes what is named; null removes or brings the default back', async () => {
  const url = await api.type(full);
  const changed = await api.patch(url, {
    label: 'Pupil',
    position: 0,
    hidden: null,
    defaultDuration: null,
    category: null,
    evidence: null,
    evidenceDeadlineDays: null,
    evidenceName: null,
    evidenceDescription: null,
    evidenceUrl: null,
  });
  assert.equal(changed.status, 200, changed.text);
  const { list: _, uri: __, ...shown } = changed.body;
  assert.deepEqual(shown, {
    id: 'student',
    label: 'Pupil',
    status: 'active',
    hidden: false,
    position: 0,
    evidence: 'none',
    evidenceDeadlineDays: 14,
  });
  assert.equal(changed.headers.etag, '"v2"');
  assert.deepEqual((await send('GET', url)).body, changed.body);
});

test('a type is retired and comes back; it is never deleted', async () => {
  const url = await api.type();
  for (const status of ['retired', 'retired', 'active']) {
    const response = await api.patch(url, { status });
    assert.deepEqual([response.status, response.body.status], [200, status]);
  }
  assert.equal((await send('GET', url)).headers.etag, '"v3"');
  assertProblem(await send('DELETE', url), 405, 'method-not-allowed');
});

test('200 PATCH that changes nothing: same tag, no record', async () => {
  const url = await api.type(full);
  const counts = await rowCounts(server);
  for (const body of [{}, { label: ' Student ' }, { ...full, id: undefined }, { status: 'active' }]) {
    const response = await api.patch(url, body);
    assert.deepEqual([response.status, response.headers.etag], [200, '"v1"'], response.text);
  }
  assert.deepEqual(await rowCounts(server), counts);
});

test('400 PATCH of what cannot change, or to what cannot be', async () => {
  const url = await api.type();
  const body = { id: 'b', list: 'b', uri: 'b', label: null, position: null, status: null, defaultDuration: 'P1' };
  const places = ['/id', '/list', '/uri', '/label', '/position', '/status'];
  assertProblem(await api.patch(url, body), 400, 'invalid', places);
  assertProblem(await api.patch(url, { defaultDuration: 'P1' }), 400, 'invalid', ['/defaultDuration']);
  assertProblem(await api.patch(url, { status: 'gone', position: 1_000_001 }), 400, 'invalid', [
    '/status',
    '/position',
  ]);
});

test('412 PATCH with a tag that is no longer current', async () => {
  const url = await api.type();
  assert.equal((await api.patch(url, { label: 'One' }, { 'if-match': '"v1"' })).status, 200);
  assertProblem(await api.patch(url, { label: 'Two' }, { 'if-match': '"v1"' }), 412, 'precondition-failed');
  assert.equal((await api.patch(url, { label: 'Two' }, { 'if-match': '"v1", "v2"' })).status, 200);
});

test('404 for a type or a list that is not there', async () => {
  const list = await api.list();
  for (const url of [`${list}/types/nobody`, '/v1/entitlement-lists/nobody/types/nobody']) {
    assertProblem(await send('GET', url), 404, 'not-found');
    assertProblem(await api.patch(url, { label: 'x' }), 404, 'not-found');
  }
  assertProblem(await send('GET', '/v1/entitlement-lists/nobody/types'), 404, 'not-found');
  assertProblem(await send('POST', '/v1/entitlement-lists/nobody/types', { body: { label: 'x' } }), 404, 'not-found');
});

test('200 the types in list order, in pages, with hidden and retired ones', async () => {
  const list = await api.list();
  // Types at one position stand in the order of their numbers, which two servers give from blocks of their own.
  const wanted = [['c', 'a', 'b', 'd', 'e'], ...(inTwo ? [['c', 'b', 'a', 'd', 'e']] : [])];
  await api.type({ id: 'd', position: 5 }, list);
  await api.type({ id: 'a', position: 1, hidden: true }, list);
  await api.type({ id: 'b', position: 1 }, list);
  await api.patch(await api.type({ id: 'c', position: 0 }, list), { status: 'retired' });
  await api.type({ id: 'e' }, list);
  const seen: string[] = [];
  let pages = 0;
  for (let url: string | undefined = `${list}/types?limit=2`; url; url = url?.replace(base, '')) {
    const { status, body, text } = await send('GET', url);
    assert.equal(status, 200, text);
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    pages += 1;
    url = body.next;
  }
  assert.ok(
    wanted.some((ids) => isDeepStrictEqual(ids, seen)),
    String(seen),
  );
  assert.equal(pages, 3);
  assert.equal((await send('GET', `${list}/types`)).body.items.length, 5);
  for (const cursor of ['x', '1', '1.', '-1.1', '1.99999999999999999', '9999999999.1'])
    assertProblem(await send('GET', `${list}/types?cursor=${cursor}`), 400, 'invalid', ['?cursor']);
});

test('409 for a new type of an adopted list: what it has is for its owner to say', async () => {
  const { body } = await api.import(scheme('https://schemes.example.org/adopted', { a: 'A' }));
  const response = await send('POST', `/v1/entitlement-lists/${body.list.slug}/types`, { body: { label: 'Own' } });
  assertProblem(response, 409, 'catalogue-state');
});

test('a repeat with the same Idempotency-Key gets the same answer, one type', async () => {
  const list = await api.list();
  const options = { body: { label: 'Once' }, headers: { 'idempotency-key': 'type once' } };
  const first = await send('POST', `${list}/types`, options);
  const again = await send('POST', `${list}/types`, options);
  assert.deepEqual([again.status, again.text], [201, first.text]);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.equal((await send('GET', `${list}/types`)).body.items.length, 1);
});

test('what accounts show is to be carried to them, other settings are not', async () => {
  const propagating = async (url: string) => {
    const id = url.split('/').at(-1);
    const rows = await server.database.query('select propagating from entitlement_type where id = $1', [id]);
    return rows[0]?.propagating;
  };
  const settings = {
    evidence: 'before',
    defaultDuration: 'P1M',
    position: 3,
    status: 'retired',
    evidenceName: 'Send it',
  };
  const quiet = await api.type();
  await api.patch(quiet, settings);
  assert.equal(await propagating(quiet), false);
  for (const member of [{ label: 'New' }, { hidden: true }, { category: 'SENIOR' }]) {
    const url = await api.type();
    assert.equal(await propagating(url), false);
    await api.patch(url, member);
    assert.equal(await propagating(url), true, JSON.stringify(member));
    await api.patch(url, settings);
    assert.equal(await propagating(url), true, 'until it is carried');
  }
});

test('every write is one change and one audit record', async () => {
  const url = await api.type({ id: 'recorded' });
  await api.patch(url, { label: 'New', status: 'retired' });
  const [list] = url.split('/').slice(-3);
  const common = { subject: 'entitlement-type', subject_key: `${list}#recorded`, cause: 'own', dialect: 'native' };
  const members = ['hidden', 'evidence', 'evidenceDeadlineDays', 'position', 'id', 'label', 'list', 'status'];
  const changes = await catalogueChanges(server, `${list}#recorded`);
  assert.deepEqual(
    changes.map((change) => ({ ...change, members: [...(change.members as string[])].sort() })),
    [
      {
        ...common,
        kind: 'created',
        version: 1,
        members: members.sort(),
        events: ['entitlement-type.created'],
        operation: 'entitlement-types.create',
      },
      {
        ...common,
        kind: 'updated',
        version: 2,
        members: ['label', 'status'],
        events: ['entitlement-type.updated'],
        operation: 'entitlement-types.change',
      },
    ],
  );
});

test('another organisation sees nothing of it', async () => {
  const url = await api.type({ id: 'ours' });
  const { key } = await server.organisationWithKey('Stranger');
  assertProblem(await send('GET', url, { key }), 404, 'not-found');
  assertProblem(await send('PATCH', url, { key, body: { label: 'Theirs' } }), 404, 'not-found');
  assertProblem(await send('POST', url.replace('/ours', ''), { key, body: { label: 'Theirs' } }), 404, 'not-found');
});
