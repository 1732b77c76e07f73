import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidence } from '../../support/evidence.ts';
import { startTestServer } from '../../support/server.ts';
import { catalogueApi, catalogueChanges } from './catalogue-support.ts';
import { assertProblem, rowCounts } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = catalogueApi(server);
const url = '/v1/organisation';

test('200 the organisation of the key, with its settings; no secret', async () => {
  const { status, body, headers } = await send('GET', url);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    slug: 'demo',
    name: 'Demo',
    timeZone: 'Europe/London',
    baseUrl: 'https://accounts.example.com',
    evidenceRetentionDays: 30,
    recordReads: true,
    readRetentionDays: 365,
    tombstoneRetentionDays: 30,
    deliveryRetentionDays: 30,
  });
  assert.equal((await send('GET', url, { headers: { 'if-none-match': String(headers.etag) } })).status, 304);
});

test('200 PATCH changes the settings, for the next request too; null brings the default back', async () => {
  await api.list({ slug: 'broker' });
  const changed = await api.patch(url, { brokerList: 'broker', evidenceRetentionDays: 90 });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([changed.body.brokerList, changed.body.evidenceRetentionDays], ['broker', 90]);
  const read = await send('GET', url);
  assert.deepEqual([read.body, read.headers.etag], [changed.body, changed.headers.etag]);
  const back = await api.patch(url, { brokerList: null, evidenceRetentionDays: null });
  assert.deepEqual(['brokerList' in back.body, back.body.evidenceRetentionDays], [false, 30]);
  const changes = await catalogueChanges(server, 'demo');
  assert.deepEqual(
    changes.map(({ subject, kind, members, events, operation }) => [subject, kind, members, events, operation]),
    [
      [
        'organisation',
        'updated',
        ['brokerList', 'evidenceRetentionDays'],
        ['organisation.updated'],
        'organisations.change',
      ],
      [
        'organisation',
        'updated',
        ['brokerList', 'evidenceRetentionDays'],
        ['organisation.updated'],
        'organisations.change',
      ],
    ],
  );
});

test('200 PATCH that changes nothing: same tag, no record', async () => {
  const { headers } = await send('GET', url);
  const counts = await rowCounts(server);
  for (const body of [{}, { brokerList: null }]) assert.equal((await api.patch(url, body)).headers.etag, headers.etag);
  assert.deepEqual(await rowCounts(server), counts);
});

test('400 for a list that is not there, of another organisation, or no slug; for what is fixed', async () => {
  const other = await server.organisationWithKey('Other');
  await send('POST', '/v1/entitlement-lists', { body: { slug: 'theirs', title: 'T' }, key: other.key });
  for (const brokerList of ['nobody', 'theirs', 'No', 7])
    assertProblem(await api.patch(url, { brokerList }), 400, 'invalid', ['/brokerList']);
  const fixed = { slug: 'x', name: 'x', timeZone: 'UTC', baseUrl: 'https://x.example.com', evidenceRetentionDays: -1 };
  assertProblem(
    await api.patch(url, fixed),
    400,
    'invalid',
    Object.keys(fixed).map((member) => `/${member}`),
  );
});

test('412 PATCH with a tag that is no longer current', async () => {
  const { headers } = await send('GET', url);
  const tag = { 'if-match': String(headers.etag) };
  assert.equal((await api.patch(url, { evidenceRetentionDays: 10 }, tag)).status, 200);
  assertProblem(await api.patch(url, { evidenceRetentionDays: 11 }, tag), 412, 'precondition-failed');
});

test('200 days for which evidence is kept: those of the server, until the organisation decides', async () => {
  const { retentionDays } = evidence;
  await api.patch(url, { evidenceRetentionDays: null });
  evidence.retentionDays = 12;
  try {
    assert.equal((await send('GET', url)).body.evidenceRetentionDays, 12);
    assert.equal((await api.patch(url, { evidenceRetentionDays: 5 })).body.evidenceRetentionDays, 5);
    assert.equal((await api.patch(url, { evidenceRetentionDays: null })).body.evidenceRetentionDays, 12);
  } finally {
    evidence.retentionDays = retentionDays;
  }
});

test('200 for who knows the days of a server that was started with others; 412 only when the organisation changed', async () => {
  const { retentionDays } = evidence;
  await api.patch(url, { evidenceRetentionDays: null });
  const known = String((await send('GET', url)).headers.etag);
  evidence.retentionDays = 12;
  try {
    const now = await send('GET', url, { headers: { 'if-none-match': known } });
    assert.deepEqual([now.status, now.body?.evidenceRetentionDays], [200, 12]);
    const headers = { 'if-none-match': String(now.headers.etag) };
    assert.equal((await send('GET', url, { headers })).status, 304);
    const tag = { 'if-match': String(now.headers.etag) };
    assert.equal((await api.patch(url, { evidenceRetentionDays: 5 }, tag)).status, 200);
    assertProblem(await api.patch(url, { evidenceRetentionDays: 6 }, tag), 412, 'precondition-failed');
  } finally {
    evidence.retentionDays = retentionDays;
  }
});

const retention: [string, number, number, number | undefined][] = [
  ['changeRetentionDays', 30, 36_500, undefined],
  ['tombstoneRetentionDays', 7, 3650, 30],
  ['deliveryRetentionDays', 1, 3650, 30],
];

for (const [member, least, most, usual] of retention) {
  test(`200 ${member} from ${least} to ${most}; 400 for anything else; null brings back ${usual ?? 'for ever'}`, async () => {
    assert.equal((await send('GET', url)).body[member], usual);
    for (const days of [least, most]) assert.equal((await api.patch(url, { [member]: days })).body[member], days);
    for (const days of [least - 1, most + 1, 30.5, '30', -1])
      assertProblem(await api.patch(url, { [member]: days }), 400, 'invalid', [`/${member}`]);
    assert.equal((await send('GET', url)).body[member], most);
    assert.equal((await api.patch(url, { [member]: null })).body[member], usual);
  });
}
