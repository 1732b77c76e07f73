import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { openStore } from '#store/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { actorOf } from '../support/fixtures.ts';
import { openPlace, type Ran } from '../support/program.ts';

// Every command with and without --json, on the PostgreSQL of the test run through DATABASE_URL.

const bounded = { timeout: 60_000 };
const database = await createTestDatabase();
const store = openStore(database.connection, { maxConnections: 2 });
after(async () => {
  await store.close();
  await database.drop();
});
const environment = { PUBLIC_URL: 'https://accounts.example.com' };
const run = (t: TestContext, ...args: string[]) => openPlace(t, database).run(args, environment);

/** What a command printed with --json: one object on one line, and nothing on standard error. */
function jsonOf({ code, stdout, stderr }: Ran) {
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, /^\{.*\}\n$/);
  return JSON.parse(stdout);
}

/** What a refused command said: one sentence, and nothing on standard output. */
function sentenceOf({ code, stdout, stderr }: Ran): string {
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^\S.*\.\n$/);
  assert.doesNotMatch(stderr, /\n\s+at /);
  return stderr.trim();
}

test('migrate names what it applied, and nothing the second time', bounded, async (t) => {
  await database.query('drop schema public cascade');
  await database.query('create schema public');
  const first = await run(t, 'migrate');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^Applied: 0001_foundation.*\.\n$/);
  assert.deepEqual(jsonOf(await run(t, 'migrate', '--json')), { applied: [] });
  assert.match((await run(t, 'migrate')).stdout, /up to date already/);
});

test('organisation list says that there is none, before there is', bounded, async (t) => {
  assert.match((await run(t, 'organisation', 'list')).stdout, /no organisation yet/);
  assert.deepEqual(jsonOf(await run(t, 'organisation', 'list', '--json')), { organisations: [] });
  const missing = sentenceOf(await run(t, 'key', 'list', '--organisation', 'none'));
  assert.match(missing, /no organisation "none".*organisation create/);
});

test('organisation create: the first one lives at PUBLIC_URL, others below it', bounded, async (t) => {
  const first = jsonOf(await run(t, 'organisation', 'create', '--name', 'Swim & Gym Ltd', '--json'));
  assert.deepEqual(first, {
    id: first.id,
    slug: 'swim-gym-ltd',
    name: 'Swim & Gym Ltd',
    timeZone: 'Europe/London',
    baseUrl: 'https://accounts.example.com',
  });
  const second = await run(
    t,
    'organisation',
    'create',
    '--name',
    'Fjord',
    '--slug',
    'fj',
    '--time-zone',
    'Europe/Oslo',
  );
  assert.equal(second.code, 0, second.stderr);
  for (const part of ['"Fjord"', 'Europe/Oslo', 'https://accounts.example.com/o/fj', 'key create --organisation fj']) {
    assert.ok(second.stdout.includes(part), part);
  }
  const third = ['--name', 'Own', '--base-url', 'https://own.example.com', '--json'];
  assert.equal(jsonOf(await run(t, 'organisation', 'create', ...third)).baseUrl, 'https://own.example.com');
});

test('organisation list shows them, never their secret', bounded, async (t) => {
  const { organisations } = jsonOf(await run(t, 'organisation', 'list', '--json'));
  assert.deepEqual(
    organisations.map(({ slug }: { slug: string }) => slug),
    ['swim-gym-ltd', 'fj', 'own'],
  );
  assert.deepEqual(Object.keys(organisations[0]), ['id', 'slug', 'name', 'timeZone', 'baseUrl']);
  const { stdout } = await run(t, 'organisation', 'list');
  assert.match(
    stdout,
    /^ID +SLUG +NAME +TIME ZONE +BASE URL\n\d+ +swim-gym-ltd +Swim & Gym Ltd +Europe\/London +https:/,
  );
});

test('organisation create names every option whose value is wrong', bounded, async (t) => {
  const wrong = ['--name', ' ', '--slug', 'No Way', '--time-zone', 'Mars/Base', '--base-url', 'https://x.example.com/'];
  const { code, stdout, stderr } = await run(t, 'organisation', 'create', ...wrong);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  const named = stderr
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  assert.deepEqual(named.sort(), ['--base-url', '--name', '--slug', '--time-zone']);
  assert.match(sentenceOf(await run(t, 'organisation', 'create', '--name', 'Fj')), /^--slug .*already used/);
});

test('organisation update moves the base URL until there is an account', bounded, async (t) => {
  const update = (url: string, ...more: string[]) =>
    run(t, 'organisation', 'update', 'own', '--base-url', url, ...more);
  const moved = jsonOf(await update('https://new.example.com', '--json'));
  assert.equal(moved.baseUrl, 'https://new.example.com');
  assert.match(
    (await update('https://newer.example.com')).stdout,
    /^The base URL of own is now https:\/\/newer\.example\.com\.\n$/,
  );
  assert.equal((await store.organisations.find('own'))?.baseUrl, 'https://newer.example.com');

  assert.match(sentenceOf(await update('https://accounts.example.com')), /^--base-url is already used/);
  assert.match(sentenceOf(await update('nonsense')), /^--base-url must be/);
  assert.match(
    sentenceOf(await run(t, 'organisation', 'update', 'nobody', '--base-url', 'https://x.example.com')),
    /There are: /,
  );
  await createAccountOf('own');
  assert.match(
    sentenceOf(await update('https://late.example.com')),
    /^--base-url cannot change once an account exists/,
  );
  assert.equal((await store.organisations.find('own'))?.baseUrl, 'https://newer.example.com');
});

test('organisation update sets the broker list, if there is such a list', bounded, async (t) => {
  const update = (list: string, ...more: string[]) =>
    run(t, 'organisation', 'update', 'fj', '--broker-list', list, ...more);
  assert.match(sentenceOf(await update('residents')), /^--broker-list must be the slug of an entitlement list/);
  const organisation = await store.organisations.find('fj');
  assert.ok(organisation);
  const actor = actorOf(organisation);
  await createEntitlementList(store, actor, { slug: 'residents', title: 'Residents' });
  assert.match((await update('residents')).stdout, /^The broker list of fj is now residents\.\n$/);
  assert.deepEqual((await store.organisations.find('fj'))?.settings, { brokerList: 'residents' });
  const again = jsonOf(await update('residents', '--base-url', 'https://fj.example.com', '--json'));
  assert.deepEqual([again.brokerList, again.baseUrl], ['residents', 'https://fj.example.com']);
});

test('the first organisation needs a public URL that is known, others are served where it is', bounded, async (t) => {
  const empty = await createTestDatabase();
  t.after(() => empty.drop());
  const create = (on: TestDatabase, environment: Record<string, string>) =>
    openPlace(t, on).run(['organisation', 'create', '--name', 'Zero', '--json'], { PORT: '0', ...environment });
  assert.match(sentenceOf(await create(empty, {})), /PUBLIC_URL.*--base-url/);
  assert.equal((await create(empty, environment)).code, 0);
  const first = await store.organisations.find();
  assert.equal(jsonOf(await create(database, {})).baseUrl, `${first?.baseUrl}/o/zero`);
});

async function createAccountOf(slug: string): Promise<void> {
  const { createAccount } = await import('#operations/accounts/create.ts');
  const { tesseraActor } = await import('#operations/tessera-actor.ts');
  const organisation = await store.organisations.find(slug);
  assert.ok(organisation);
  const customer = { kind: 'person', details: { familyName: 'Sample' } } as const;
  await createAccount(store, tesseraActor(organisation, 'command-line', new Date()), { customer }, {});
}
