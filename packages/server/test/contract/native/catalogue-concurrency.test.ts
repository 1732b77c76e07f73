import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { publicUrl, startTestServer, type TestResponse } from '../../support/server.ts';
import { catalogueApi, scheme } from './catalogue-support.ts';
import { unique } from './support.ts';

/** The catalogue, written through two servers on one database, without a common memory. */
const server = await startTestServer();
const api = catalogueApi(server);
const workerData = { connection: server.database.connection, publicUrl };
const worker = new Worker(new URL('./second-server.ts', import.meta.url), { workerData });
const [port] = await once(worker, 'message');
after(() => worker.terminate());

/** Sends the request to one server or the other. */
async function sendTo(
  index: number,
  method: string,
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<TestResponse> {
  if (index % 2 === 0) return server.send(method, url, { ...(body ? { body } : {}), headers });
  const response = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  const json = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: json, text };
}

const both = (count: number, work: (index: number) => Promise<TestResponse>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const statuses = (answers: TestResponse[]) => answers.map(({ status }) => status).sort((a, b) => a - b);

test('of changes with the same If-Match one succeeds, the others are told', async () => {
  const url = await api.type();
  for (let round = 1; round <= 5; round += 1) {
    const headers = { 'if-match': `"v${round}"` };
    const answers = await both(8, (index) =>
      sendTo(index, 'PATCH', url, { label: `Label ${round}.${index}` }, headers),
    );
    assert.deepEqual(statuses(answers), [200, ...Array(7).fill(412)]);
    const winner = answers.find(({ status }) => status === 200);
    const stored = await server.send('GET', url);
    assert.deepEqual([stored.body, stored.headers.etag], [winner?.body, `"v${round + 1}"`]);
  }
});

test('changes of different members without If-Match are all kept', async () => {
  const url = await api.type();
  const edits = [
    { label: 'New' },
    { hidden: true },
    { category: 'SENIOR' },
    { evidence: 'before' },
    { position: 9 },
    { evidenceName: 'Send it' },
  ];
  const answers = await both(edits.length, (index) => sendTo(index, 'PATCH', url, edits[index] as object));
  assert.deepEqual(new Set(statuses(answers)), new Set([200]));
  const { body, headers } = await server.send('GET', url);
  for (const edit of edits) assert.deepEqual({ ...body, ...edit }, body, JSON.stringify(edit));
  assert.equal(headers.etag, `"v${edits.length + 1}"`);
});

test('types that are created at once in one list are all there, each with its own place', async () => {
  const list = await api.list();
  const answers = await both(12, (index) => sendTo(index, 'POST', `${list}/types`, { label: `Type ${index}` }));
  assert.deepEqual(new Set(statuses(answers)), new Set([201]));
  const { items } = (await server.send('GET', `${list}/types`)).body;
  const positions = items.map(({ position }: { position: number }) => position);
  assert.deepEqual(positions, [...Array(12).keys()]);
  assert.equal((await server.send('GET', list)).headers.etag, '"v13"');
});

test('of lists, types and namespaces with one name one is created', async () => {
  const list = await api.list();
  for (const [url, body] of [
    ['/v1/entitlement-lists', { slug: 'one', title: 'One' }],
    [`${list}/types`, { id: 'one', label: 'One' }],
    ['/v1/pass-namespaces', { name: 'one' }],
  ] as [string, object][]) {
    const answers = await both(8, (index) => sendTo(index, 'POST', url, body));
    assert.deepEqual(statuses(answers), [201, ...Array(7).fill(409)], url);
  }
});

test('namespaces that become the default at once: one is, in the end', async () => {
  const names: string[] = [];
  for (let count = 0; count < 4; count += 1) names.push(unique('default-'));
  const created = await both(4, (index) =>
    sendTo(index, 'POST', '/v1/pass-namespaces', { name: names[index], isDefault: true }),
  );
  assert.deepEqual(statuses(created), [201, 201, 201, 201]);
  const switched = await both(8, (index) =>
    sendTo(index, 'PATCH', `/v1/pass-namespaces/${names[index % 4]}`, { isDefault: true }),
  );
  assert.deepEqual(new Set(statuses(switched)), new Set([200]));
  const { items } = (await server.send('GET', '/v1/pass-namespaces')).body;
  const defaults = items.filter(({ isDefault }: { isDefault: boolean }) => isDefault);
  assert.equal(defaults.length, 1);
  assert.ok(names.includes(defaults[0].name));
});

test('a scheme that is imported at once by many is adopted once', async () => {
  const document = scheme('https://schemes.example.org/at-once', { a: 'A', b: 'B' });
  const answers = await both(8, (index) => sendTo(index, 'POST', '/v1/entitlement-lists/import', document));
  assert.deepEqual(statuses(answers), [...Array(7).fill(200), 201]);
  const added = answers.map(({ body }) => body.added).sort();
  assert.deepEqual(added, [0, 0, 0, 0, 0, 0, 0, 2]);
  const { body } = await server.send('GET', '/v1/entitlement-lists/at-once/types');
  assert.equal(body.items.length, 2);
});

test('two schemes that share a concept, imported at once: one has it, the other is told', async () => {
  const shared = { '@id': 'https://schemes.example.org/shared', prefLabel: 'Shared' };
  for (let round = 0; round < 4; round += 1) {
    const concept = [{ ...shared, '@id': `${shared['@id']}/${round}` }];
    const answers = await both(2, (index) => {
      const document = scheme(`https://schemes.example.org/${round}/${index}`, {}, { concept });
      return sendTo(index, 'POST', '/v1/entitlement-lists/import', document);
    });
    assert.deepEqual(statuses(answers), [201, 400]);
  }
});

test('duplicates with one Idempotency-Key at both servers have one effect and one answer', async () => {
  const list = await api.list();
  for (let round = 0; round < 3; round += 1) {
    const headers = { 'idempotency-key': unique('at once ') };
    const answers = await both(8, (index) => sendTo(index, 'POST', `${list}/types`, { label: 'Once' }, headers));
    assert.deepEqual(new Set(statuses(answers)), new Set([201]));
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  }
  assert.equal((await server.send('GET', `${list}/types`)).body.items.length, 3);
});

test('settings that are changed at once are all kept', async () => {
  await api.list({ slug: 'broker' });
  const edits = [{ brokerList: 'broker' }, { evidenceRetentionDays: 77 }];
  const answers = await both(2, (index) => sendTo(index, 'PATCH', '/v1/organisation', edits[index] as object));
  assert.deepEqual(statuses(answers), [200, 200]);
  const { body } = await server.send('GET', '/v1/organisation');
  assert.deepEqual([body.brokerList, body.evidenceRetentionDays], ['broker', 77]);
});

test('after all of this, changes are numbered densely from 1 to the counter', async () => {
  const [row] = await server.database.query(
    `select count(*)::int as count, max(number)::int as last,
       (select change_number::int from organisation_counter where organisation_id = $1) as counter
     from change where organisation_id = $1`,
    [server.organisation.id],
  );
  assert.ok(Number(row?.count) > 50);
  assert.deepEqual([row?.last, row?.counter], [row?.count, row?.count]);
});
