import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { redAndBlue } from '../../evidence/pictures.ts';
import { evidence } from '../../support/evidence.ts';
import { actorOf } from '../../support/fixtures.ts';
import { publicUrl, startTestServer, type TestResponse } from '../../support/server.ts';
import { type FormFile, uploadOf } from '../../support/upload.ts';
import { type Asked, done, evidenceApi, pdf } from '../native/evidence-support.ts';
import { changesOf } from '../native/holdings-support.ts';
import { person } from '../native/support.ts';

/** The customer's page, as it comes over the wire; conformance/evidence-pages.test.ts looks at it in a browser. */
const server = await startTestServer();
const { send, clock, organisation, database } = server;
const api = evidenceApi(server);
const MiB = 1024 * 1024;
clock.now = new Date('2026-11-21T09:00:00Z');

const show = (path: string) => send('GET', path, { key: null });
/** From an address of its own, unless it is to be counted with others. */
const upload = async (
  path: string,
  files: readonly FormFile[] = [pdf],
  texts: Record<string, string> = {},
  remoteAddress = address(),
) => post(path, await uploadOf(files, texts), remoteAddress);

let addresses = 0;
function address(): string {
  addresses += 1;
  return `192.0.2.${addresses}`;
}

async function post(
  url: string,
  { body, headers }: { body: string | Buffer; headers: Record<string, string> },
  remoteAddress = address(),
): Promise<TestResponse> {
  const response = await server.app.inject({ method: 'POST', url, headers, payload: body, remoteAddress });
  const { statusCode: status, body: text } = response;
  return { status, text, headers: response.headers as TestResponse['headers'], body: undefined };
}

const asked = (members: object = {}) =>
  api.asked('after', { type: { evidenceName: 'Send proof of study', ...members } });

/** A page: its status, its type and what stands on it, without markup. */
function words({ status, headers, text }: TestResponse, expected: number): string {
  assert.equal(status, expected, text);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.match(text, /^<!doctype html>\n<html lang="en">/);
  return text
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');
}

test('200 shows who asks for what, by when, and what is accepted', async () => {
  const { page } = await asked({ evidenceDescription: 'Your student card.', evidenceDeadlineDays: 13 });
  const text = words(await show(page), 200);
  for (const part of [
    'Demo',
    'Send proof of study',
    'Your student card.',
    'Please send it by the end of 3 December 2026 .',
    'PDF, JPEG, PNG or HEIC. Up to 5 files at a time, each of at most 10 MB.',
    'deleted 30 days after the decision',
  ])
    assert.ok(text.includes(part), `${part}: ${text}`);
  const { text: markup } = await show(page);
  assert.match(markup, /<form method="post" action="[A-Za-z0-9_-]{54}" enctype="multipart\/form-data">/);
  assert.match(
    markup,
    /<input type="file" [^>]* accept="application\/pdf,image\/jpeg,image\/png,image\/heic" multiple/,
  );
});

test('the last day is called today; the organisation decides where it is', async () => {
  const { page } = await asked({ evidenceDeadlineDays: 1 });
  assert.match(words(await show(page), 200), /by the end of today, 21 November 2026/);
  await database.query(`update organisation set time_zone = 'Pacific/Kiritimati' where id = $1`, [organisation.id]);
  clock.now = new Date('2026-11-21T11:00:00Z');
  const there = await asked({ evidenceDeadlineDays: 1 });
  assert.match(words(await show(there.page), 200), /by the end of today, 22 November 2026/);
  await database.query(`update organisation set time_zone = 'Europe/London' where id = $1`, [organisation.id]);
  clock.now = new Date('2026-11-21T09:00:00Z');
});

test('nothing on the page tells who the customer is', async () => {
  const customer = person({ givenName: 'Grace', familyName: 'Holloway', telephone: '+44 20 7946 0001' });
  const made = await api.asked('after', { account: { customer, accountNumber: 'NM-7731' } });
  done(await api.submit(made.request, [pdf], { note: 'From Grace herself.' }));
  const account = await api.read(made.account);
  const pages = [(await show(made.page)).text];
  done(await api.step(made.request, 'approve'));
  pages.push((await show(made.page)).text);
  const told = ['Grace', 'Holloway', customer.email, '7946', 'NM-7731', account.identifier, account.customerNumber];
  for (const page of pages) for (const one of told) assert.equal(page.includes(String(one)), false, String(one));
});

test('what the organisation wrote is text, whatever it looks like', async () => {
  const { page } = await asked({
    evidenceName: '<script>alert(1)</script>',
    evidenceDescription: '"><img src=x> &amp;',
  });
  const { text } = await show(page);
  assert.ok(text.includes('<h1 dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;</h1>'));
  assert.ok(text.includes('&quot;&gt;&lt;img src=x&gt; &amp;amp;'));
  assert.doesNotMatch(text, /<script|<img/);
});

test('every page says what may be loaded, and that nobody may frame, store or index it', async () => {
  const { page } = await asked();
  const responses = [await show(page), await show('/evidence/u/nobody'), await upload(page, [Buffer.from('x')])];
  for (const { headers, status } of responses) {
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      String(status),
    );
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-robots-tag'], 'noindex, nofollow');
    assert.equal(headers['set-cookie'], undefined);
  }
});

test('303 takes files without a key; the page after it says so; audit says that the customer did it', async () => {
  const made = await asked();
  const photo = await redAndBlue().jpeg().toBuffer();
  const response = await upload(made.page, [pdf, { bytes: Buffer.from(photo), name: 'card.jpg' }], { note: 'Both' });
  assert.equal(response.status, 303, response.text);
  assert.equal(response.headers.location, `${made.page.split('/').at(-1)}?sent=yes`);
  assert.equal(response.text, '');
  assert.match(
    words(await show(`${made.page}?sent=yes`), 200),
    /Thank you\. Your files have arrived\..*2 files received/,
  );
  const later = words(await show(made.page), 200);
  assert.doesNotMatch(later, /Thank you/);
  assert.match(later, /2 files received, the last on 21 November 2026 at 09:00\. Demo will check them\./);
  const { state, note, files } = await api.read(made.request);
  assert.deepEqual([state, note, files.length], ['submitted', 'Both', 2]);
  const audit = 'select dialect, actor, client_id::int, operation from audit order by number desc limit 1';
  const [row] = await database.query(audit);
  assert.deepEqual(row, { dialect: 'pages', actor: 'customer', client_id: 0, operation: 'evidence.submit' });
  assert.deepEqual((await changesOf(server, made.account))[0]?.events, ['evidence.submitted']);
});

test('an Idempotency-Key means nothing here: nobody has one', async () => {
  const made = await asked();
  const form = await uploadOf([pdf]);
  const headers = { ...form.headers, 'idempotency-key': 'the same' };
  for (let count = 1; count <= 2; count += 1) {
    const response = await post(made.page, { body: form.body, headers });
    assert.equal(response.status, 303, response.text);
    assert.equal(response.headers['idempotency-replayed'], undefined);
    assert.equal((await api.read(made.request)).files.length, count);
  }
  assert.deepEqual(await database.query('select from idempotency where client_id = 0'), []);
});

const faults: [name: string, status: number, send: (path: string) => Promise<TestResponse>, sentence: RegExp][] = [
  ['no file', 400, (path) => upload(path, []), /Please choose at least one file\./],
  ['an empty file', 400, (path) => upload(path, [{ bytes: Buffer.alloc(0), name: 'a.pdf' }]), /files is empty/],
  ['six files', 400, (path) => upload(path, Array(6).fill(pdf)), /Please send at most 5 files at a time\./],
  [
    'a file of another kind, with a name like markup',
    400,
    (path) => upload(path, [pdf, { bytes: Buffer.from('<html>'), name: '<b>.pdf' }]),
    /“&lt;b&gt;\.pdf” must be a PDF document or a photo \(JPEG, PNG or HEIC\)\./,
  ],
  [
    'too long a note',
    400,
    (path) => upload(path, [pdf], { note: 'x'.repeat(1001) }),
    /The note must have at most 1000/,
  ],
  ['an unknown part', 400, (path) => upload(path, [pdf], { colour: 'red' }), /not sent by the form on this page/],
  [
    'too large a file',
    413,
    (path) => upload(path, [Buffer.concat([pdf, Buffer.alloc(10 * MiB)])]),
    /Each file can have at most 10 MB, and all together 50 MB\./,
  ],
  [
    'half a form',
    400,
    async (path) => {
      const { body, headers } = await uploadOf([pdf]);
      return post(path, { headers, body: body.subarray(0, 200) });
    },
    /They did not arrive whole\. Please try again\./,
  ],
];
for (const [name, status, attempt, sentence] of faults) {
  test(`${status} ${name}: the form again, with a sentence that takes the focus`, async () => {
    const { page, request } = await asked();
    const response = await attempt(page);
    assert.match(words(response, status), sentence);
    assert.match(response.text, /<div class="box fault" role="alert" tabindex="-1" autofocus>/);
    assert.match(response.text, /<title>Not sent: Send proof of study/);
    assert.match(response.text, /<input type="file"[^>]* aria-invalid="true">/);
    assert.equal((await api.read(request)).state, 'requested');
  });
}

test('400 keeps what was written, as text', async () => {
  const { page } = await asked();
  const { text } = await upload(page, [Buffer.from('x')], { note: '"><script>1</script>' });
  assert.ok(text.includes('value="&quot;&gt;&lt;script&gt;1&lt;/script&gt;"'), text);
});

test('415 for what no form of ours sends', async () => {
  const { page } = await asked();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.match(words(await post(page, { headers, body: 'note=x' }), 415), /That did not work/);
});

test('409 when there are twenty files, and for a deactivated customer', async () => {
  const full = await asked();
  for (let count = 0; count < 20; count += 5) assert.equal((await upload(full.page, Array(5).fill(pdf))).status, 303);
  assert.match(words(await upload(full.page), 409), /No more than 20 files can be sent in all\./);
  assert.doesNotMatch((await show(full.page)).text, /<form/);
  const passive = await asked();
  const { customerNumber } = await api.read(passive.account);
  await deactivateCustomer(server.store, actorOf(organisation), customerNumber, new Date('2030-01-01'), 'test');
  assert.match(words(await upload(passive.page), 409), /Nothing can be sent for this account at present\./);
});

const ends: [state: string, end: (made: Asked) => Promise<unknown>, sentence: RegExp][] = [
  ['approved', (made) => decide(made, 'approve'), /Your proof was accepted on 21 November 2026 at 09:00\./],
  ['rejected', (made) => decide(made, 'reject'), /Your proof was not accepted\. Because of reject .* contact Demo/],
  ['withdrawn', (made) => api.step(made.request, 'withdraw'), /This proof is not asked for any more\./],
  ['expired', async () => passDays(14), /The time to send proof is over: it ended with 4 December 2026\./],
];
for (const [state, end, sentence] of ends) {
  test(`410 ${state}: the page says so and takes nothing; after a month it says nothing but that it is closed`, async () => {
    const made = await asked();
    await end(made);
    const text = words(await show(made.page), 410);
    assert.match(text, sentence);
    const refused = await upload(made.page);
    assert.match(words(refused, 410), /What you sent just now was not taken\./);
    assert.match(words(refused, 410), sentence);
    assert.doesNotMatch(refused.text + text, /<form|type="file"/);
    assert.equal((await api.read(made.request)).state, state);
    clock.now = new Date('2027-01-10T09:00:00Z');
    const late = words(await show(made.page), 410);
    assert.match(late, /This request is closed\./);
    assert.doesNotMatch(late, /accepted|Because/);
    clock.now = new Date('2026-11-21T09:00:00Z');
  });
}

async function decide({ request }: Asked, step: 'approve' | 'reject'): Promise<void> {
  done(await api.submit(request));
  done(await api.step(request, step));
}

function passDays(count: number): void {
  clock.now = new Date(Date.parse('2026-11-21T09:00:00Z') + count * 86_400_000);
}

test('404 for links that are incomplete, made up, changed in any place, or of another organisation', async () => {
  const { page, request } = await asked();
  const token = page.split('/').at(-1) as string;
  const bytes = Buffer.from(token, 'base64url');
  const changed = [0, 7, 8, 23, 24, 39].map((at) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
    return copy.toString('base64url');
  });
  const other = await server.organisationWithKey('Other');
  const id = request.split('/').at(-1) as string;
  const foreign = new URL(evidenceLink({ ...other.organisation, baseUrl: publicUrl }, id)).pathname.split('/').at(-1);
  const guessed = evidenceLink(organisation, '01a1fe86-05e9-7186-b300-11a86ecbab0f').split('/').at(-1);
  const tokens = ['x', token.slice(1), `${token}A`, token.toUpperCase(), ...changed, foreign, guessed];
  for (const one of tokens) {
    const path = `/evidence/u/${one}`;
    assert.match(words(await show(path), 404), /This link does not work There is nothing here\./, one);
    assert.equal((await upload(path)).status, 404, one);
  }
  assert.equal((await show(`/o/other${page}`)).status, 404, 'under the path of another organisation');
  assert.equal((await show(`/o/demo${page}`)).status, 200);
  assert.equal((await api.read(request)).state, 'requested');
});

test('what mail programs append is ignored', async () => {
  const { page } = await asked();
  assert.equal((await show(`${page}?utm_source=mail&fbclid=1`)).status, 200);
});

test('429 after thirty uploads a minute from one address, which leaves the pages open', async () => {
  const { page } = await asked();
  const here = address();
  const statuses: number[] = [];
  for (let count = 0; count < 30; count += 1) statuses.push((await upload(page, [], {}, here)).status);
  assert.deepEqual(new Set(statuses), new Set([400]));
  const response = await upload(page, [], {}, here);
  assert.match(words(response, 429), /Too many requests come from your address\./);
  assert.match(String(response.headers['retry-after']), /^[1-9]\d*$/);
  assert.equal((await show(page)).status, 200);
});

test('429 after thirty uploads a minute from one IPv6 network, whichever of its addresses they come from', async () => {
  const { page } = await asked();
  const statusFrom = async (from: string) => (await upload(page, [], {}, from)).status;
  for (let count = 0; count < 30; count += 1) assert.equal(await statusFrom(`2001:db8::${count}:1`), 400);
  assert.equal(await statusFrom('2001:db8::ffff:1'), 429);
  assert.equal(await statusFrom('2001:db8:0:1::1'), 400);
});

test('503 without the key to encrypt with: said before anything is sent; 503 without the database', async () => {
  const { page } = await asked();
  const { key: _, ...keyless } = evidence;
  const serverWith = (store: typeof server.store, settings: typeof keyless) => {
    const config = {
      publicUrl,
      trustedProxies: [],
      addressLimits: { identified: 10, unidentified: 10 },
      evidence: settings,
    };
    const app = buildServer({ store, config, log: pino({ level: 'silent' }) });
    after(() => app.close());
    return app;
  };
  const app = serverWith(server.store, keyless);
  const shown = await app.inject({ url: page });
  assert.equal(shown.statusCode, 200);
  assert.match(shown.body, /No files can be taken just now\./);
  assert.doesNotMatch(shown.body, /<form/);
  const { body, headers } = await uploadOf([pdf]);
  assert.equal((await app.inject({ method: 'POST', url: page, headers, payload: body })).statusCode, 503);

  const dead = openStore({ host: '/nonexistent', user: 'nobody', database: 'none' });
  after(() => dead.close());
  const answer = await serverWith(dead, evidence).inject({ url: page });
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /<h1>That did not work<\/h1>/);
});
