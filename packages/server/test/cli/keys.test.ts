import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { authenticate } from '#operations/clients/authenticate.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { openStore } from '#store/store.ts';
import { createTestDatabase } from '../support/database.ts';
import { openPlace } from '../support/program.ts';

const bounded = { timeout: 60_000 };
const database = await createTestDatabase();
const store = openStore(database.connection, { maxConnections: 2 });
after(async () => {
  await store.close();
  await database.drop();
});
await createOrganisation(store, 'https://accounts.example.com', { name: 'Swim' });
await createOrganisation(store, 'https://accounts.example.com', { name: 'Gym' });

const run = (t: TestContext, command: string, ...args: string[]) =>
  openPlace(t, database).run(['key', command, '--organisation', 'swim', ...args]);
async function json(t: TestContext, command: string, ...args: string[]) {
  const { code, stdout, stderr } = await run(t, command, ...args, '--json');
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, /^\{.*\}\n$/);
  return JSON.parse(stdout);
}

test('key create prints a key that works, once, and stores only its hash', bounded, async (t) => {
  const { stdout, code } = await run(t, 'create', '--name', 'box office');
  assert.equal(code, 0);
  const keys = stdout.match(/tsk_\w+/g) ?? [];
  assert.equal(keys.length, 1);
  const holder = await authenticate(store, keys[0] as string);
  assert.equal(holder?.client.name, 'box office');
  assert.equal(holder?.organisation.slug, 'swim');
  assert.equal(holder?.client.scopes, undefined);
  assert.match(stdout, /all scopes/);
  const rows = await database.query('select to_jsonb(c)::text as row from api_client c');
  const secret = (keys[0] as string).split('_').at(-1) as string;
  assert.ok(rows.length > 0 && rows.every(({ row }) => !String(row).includes(secret)));
});

test('key create --json: scopes and limits are as given', bounded, async (t) => {
  const scopes = ['customers:read', 'consents:les'];
  const given = scopes.flatMap((scope) => ['--scope', scope]);
  const limits = ['--per-second', '5', '--entur-per-minute', '60', '--entur-unidentified-per-minute', '6'];
  const created = await json(t, 'create', '--name', 'limited', ...given, ...limits);
  const rateLimits = { perSecond: 5, enturPerMinute: 60, enturUnidentifiedPerMinute: 6 };
  assert.deepEqual(created, {
    id: created.id,
    key: created.key,
    organisation: 'swim',
    name: 'limited',
    scopes,
    rateLimits,
  });
  const holder = await authenticate(store, created.key);
  assert.deepEqual(holder?.client.scopes, scopes);
  assert.deepEqual(holder?.client.rateLimits, rateLimits);
});

test('key create refuses scopes that do not exist, naming all of them and those that do', bounded, async (t) => {
  const { code, stdout, stderr } = await run(
    t,
    'create',
    '--name',
    'x',
    '--scope',
    'read',
    '--scope',
    'customers:read',
    '--scope',
    'all',
  );
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /--scope read is not a scope; there are: customers:read/);
  assert.match(stderr, /--scope all is not a scope/);
});

test('key list shows the keys of that organisation only, without the keys', bounded, async (t) => {
  const other = await openPlace(t, database).run([
    'key',
    'create',
    '--organisation',
    'gym',
    '--name',
    'other',
    '--json',
  ]);
  assert.equal(other.code, 0, other.stderr);
  const { organisation, keys } = await json(t, 'list');
  assert.equal(organisation, 'swim');
  assert.deepEqual(
    keys.map(({ name }: { name: string }) => name),
    ['box office', 'limited'],
  );
  assert.deepEqual(Object.keys(keys[0]), ['id', 'name', 'rateLimits', 'createdAt']);
  const { stdout } = await run(t, 'list');
  assert.match(stdout, /^ID +NAME +CREATED +REVOKED +SCOPES\n\d+ +box office +\d{4}-\d\d-\d\d +- +all\n/);
  assert.doesNotMatch(stdout, /tsk_/);
});

test('key revoke ends a key; repeating it changes nothing', bounded, async (t) => {
  const { id, key } = await json(t, 'create', '--name', 'short-lived');
  assert.deepEqual(await json(t, 'revoke', String(id)), { id, organisation: 'swim', revoked: true });
  assert.equal(await authenticate(store, key), undefined);
  const [before] = await database.query('select revoked_at from api_client where id = $1', [id]);
  assert.match((await run(t, 'revoke', String(id))).stdout, new RegExp(`^Key ${id} of swim is revoked\\.\n$`));
  assert.deepEqual(await database.query('select revoked_at from api_client where id = $1', [id]), [before]);
  const listed = (await json(t, 'list')).keys.find((candidate: { id: number }) => candidate.id === id);
  assert.ok(listed.revokedAt);
  assert.match((await run(t, 'list')).stdout, /short-lived +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d/);
});

test("key revoke does not reach another organisation's key", bounded, async (t) => {
  const [other] = await database.query(`select id from api_client where name = 'other'`);
  const { code, stdout, stderr } = await run(t, 'revoke', String(other?.id));
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^swim has no key \d+; see "key list --organisation swim"\.\n$/);
  assert.deepEqual(await database.query(`select from api_client where name = 'other' and revoked_at is null`), [{}]);
});
