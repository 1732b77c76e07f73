import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { changesApi } from './changes-support.ts';
import { assertProblem, nativeApi } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const { get, newest } = changesApi(server);

const refused: [query: string, place: string, message: RegExp][] = [
  ['after=-1', '?after', /at least 0/],
  ['after=soon', '?after', /must be the number up to which/],
  ['after=1.5', '?after', /must be the number up to which/],
  ['after=01', '?after', /must be the number up to which/],
  ['after=99999999999999999', '?after', /must be the number up to which/],
  ['limit=0', '?limit', /at least 1/],
  ['limit=1001', '?limit', /at most 1000/],
  ['wait=31', '?wait', /at most 30/],
  ['wait=-1', '?wait', /at least 0/],
  ['kind=', '?kind', /must not be empty/],
  ['kind=account.exploded', '?kind', /"account.exploded" is none; .*\/docs/],
  ['kind=account.updated,', '?kind', /one of them is none/],
  ['kind=account.updated,%3Cscript%3E', '?kind', /one of them is none/],
  ['include=customer', '?include', /must be "account"/],
  ['format=imin', '?format', /native.*entur/],
  ['include=account&format=entur', '?include', /format entur/],
  ['since=1', '?since', /unknown/],
];
for (const [query, place, message] of refused) {
  test(`400 ${query}`, async () => {
    const response = await send('GET', `/v1/changes?${query}`);
    assertProblem(response, 400, 'invalid', [place]);
    assert.match(response.body.errors[0].detail, message);
  });
}

test('400 every fault at once', async () => {
  const response = await send('GET', '/v1/changes?kind=x.y&include=account&format=entur');
  assertProblem(response, 400, 'invalid', ['?kind', '?include']);
});

test('400 after ahead of the newest change: named, instead of waiting for ever', async () => {
  const position = await newest();
  for (const query of [`after=${position + 1}`, `after=${position + 1}&wait=30`, 'after=9007199254740993']) {
    const response = await send('GET', `/v1/changes?${query}`);
    assertProblem(response, 400, 'invalid', ['?after']);
    assert.match(response.body.errors[0].detail, new RegExp(`newest change, which has the number ${position}$`));
  }
});

test('410 for changes that are no longer kept: says where to go on', async () => {
  const { organisation, key } = await server.organisationWithKey('Forgetful');
  for (let count = 0; count < 5; count += 1) await api.customer({}, key);
  await prune(organisation.id, 3);
  const gone = (response: TestResponse) => {
    assertProblem(response, 410, 'changes-pruned');
    assert.match(response.body.detail, /up to number 3 .* Read all accounts anew.* after=5\.$/);
  };
  for (const query of ['', '?after=0', '?after=2', '?after=2&wait=30', '?kind=account.created'])
    gone(await send('GET', `/v1/changes${query}`, { key }));
  assert.deepEqual(
    (await get('/v1/changes?after=3', key)).items.map(({ number }) => number),
    [4, 5],
  );
  assert.equal(await newest(key), 5);
  await prune(organisation.id, 5);
  assert.deepEqual((await get('/v1/changes?after=5', key)).items, []);
});

async function prune(organisationId: number, to: number): Promise<void> {
  await server.database.query(
    'with gone as (delete from change where organisation_id = $1 and number <= $2) update organisation_counter set pruned_to = $2 where organisation_id = $1',
    [organisationId, to],
  );
}
