import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** One thing that must not be weaker in the benchmark than it is for everybody. */
export type Fact = { what: string; expected: string; found: string; holds: boolean };

/** A server that runs with the settings of server.ts, and what is needed to look behind it. */
export type Subject = {
  url: string;
  /** File of its log. */
  log: string;
  /** A key that is never too fast, and the organisation's id. */
  key: string;
  organisationId: number;
  /** A key of the same organisation that allows one request a second, and one of another organisation. */
  slowKey: string;
  otherKey: string;
  /** Asks the database as the superuser. */
  query: <Row>(text: string, values?: unknown[]) => Promise<Row[]>;
};

/** Looks whether the server and its database do all they promise: durability, isolation, validation, audit, limits. */
export async function configurationFacts(subject: Subject): Promise<Fact[]> {
  return [...(await durability(subject)), ...(await isolation(subject)), ...(await requests(subject))];
}

/** Throws an Error that names what is weaker than it should be. */
export function assertNotWeakened(facts: readonly Fact[]): void {
  const weak = facts.filter(({ holds }) => !holds);
  if (weak.length === 0) return;
  const list = weak.map(({ what, expected, found }) => `${what}: ${found} instead of ${expected}`).join('; ');
  throw new Error(`What would be measured is not what everybody gets: ${list}.`);
}

async function durability(subject: Subject): Promise<Fact[]> {
  const names = ['synchronous_commit', 'fsync', 'full_page_writes'];
  const text = 'select name, current_setting(name) as value from unnest($1::text[]) name';
  const rows = await subject.query<{ name: string; value: string }>(text, [names]);
  const { role, commit } = await seenAtCommit(subject);
  return [
    ...rows.map(({ name, value }) => fact(name, 'on', value)),
    fact('synchronous_commit as the server commits a create', 'on', commit),
    fact('role by which it does', 'tessera_server', role),
  ];
}

/** What a transaction of the server goes by when it commits, whatever it or its session has set: a trigger that is there for one create tells. */
async function seenAtCommit({ query, url, key }: Subject): Promise<{ role: string; commit: string }> {
  await query('create table bench_seen (role text, commit text)');
  await query('grant insert on bench_seen to tessera_server');
  await query(`create function bench_see() returns trigger language plpgsql as $$ begin
      insert into bench_seen values (current_user, current_setting('synchronous_commit')); return null; end $$`);
  await query(`create constraint trigger bench_see after insert on audit deferrable initially deferred
      for each row execute function bench_see()`);
  try {
    await created(url, key, nameOfCreate());
    const [seen] = await query<{ role: string; commit: string }>('select role, commit from bench_seen');
    return seen ?? { role: 'none', commit: 'nothing was committed' };
  } finally {
    await query('drop trigger bench_see on audit');
    await query('drop function bench_see');
    await query('drop table bench_seen');
  }
}

async function isolation({ query, url, key, otherKey }: Subject): Promise<Fact[]> {
  const open = await query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id'
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  const [role] = await query<{ exempt: boolean }>(
    `select rolsuper or rolbypassrls as exempt from pg_roles where rolname = 'tessera_server'`,
  );
  const { identifier } = await created(url, key, nameOfCreate());
  const foreign = await fetch(`${url}/v1/accounts/${identifier}`, { headers: bearer(otherKey) });
  return [
    fact(
      'tables of organisations without row-level security',
      'none',
      open.map(({ name }) => name).join(', ') || 'none',
    ),
    fact('the server’s role is exempt from it', 'no', role?.exempt === false ? 'no' : 'yes'),
    fact('another organisation’s account is answered', '404', String(foreign.status)),
  ];
}

async function requests(subject: Subject): Promise<Fact[]> {
  const { url, key, slowKey, organisationId, query, log } = subject;
  const status = async (of: Promise<Response>) => String((await of).status);
  const name = nameOfCreate();
  const make = await created(url, key, name);
  const again = await created(url, key, name);
  const get = await fetch(`${url}/v1/accounts/${make.identifier}`, { headers: bearer(key) });
  const requestId = get.headers.get('x-request-id') ?? '';
  const slow = await Promise.all(
    Array.from({ length: 10 }, () => fetch(`${url}/v1/accounts/none`, { headers: bearer(slowKey) })),
  );
  const rows = (table: string, id: string) =>
    eventually(async () => {
      const text = `select count(*)::int as count from ${table} where organisation_id = $1 and request_id::text = $2`;
      return (await query<{ count: number }>(text, [organisationId, id]))[0]?.count ?? 0;
    });
  const faulty = { customer: { givenName: 'Ida', familyName: 'Moss', email: 'not an address' } };
  const { RateLimit, policy } = {
    RateLimit: get.headers.get('ratelimit'),
    policy: get.headers.get('ratelimit-policy'),
  };
  return [
    fact(
      'an unknown key is answered',
      '401',
      await status(fetch(`${url}/v1/accounts/none`, { headers: bearer(`${key}0`) })),
    ),
    fact('a faulty e-mail address is answered', '400', await status(post(url, key, faulty))),
    fact('rate limit told in answers', 'yes', RateLimit && policy ? 'yes' : 'no'),
    fact('more requests than a key may send are answered', '429', String(Math.max(...slow.map((one) => one.status)))),
    fact('rows of audit that a create leaves', '1', String(await rows('audit', make.requestId))),
    fact(
      'a repeated Idempotency-Key makes',
      'the same account',
      again.identifier === make.identifier ? 'the same account' : 'another',
    ),
    fact('records that a read leaves', '1', String(await rows('read_record', requestId))),
    fact('lines of the log about a request', '1', String(await eventually(async () => linesAbout(log, requestId)))),
  ];
}

function fact(what: string, expected: string, found: string): Fact {
  return { what, expected, found, holds: expected === found };
}

/** Another one each time: several servers are asked on one database. */
function nameOfCreate(): string {
  return `bench-guard-${randomUUID()}`;
}

function bearer(key: string) {
  return { authorization: `Bearer ${key}` };
}

function post(url: string, key: string, body: object, more: Record<string, string> = {}): Promise<Response> {
  const headers = { ...bearer(key), 'content-type': 'application/json', ...more };
  return fetch(`${url}/v1/accounts`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Of a create under an Idempotency-Key: the account's identifier, and the request's id. */
async function created(url: string, key: string, name: string): Promise<{ identifier: string; requestId: string }> {
  const body = { customer: { givenName: 'Ida', familyName: 'Moss', email: `${name}@example.org` } };
  const response = await post(url, key, body, { 'idempotency-key': name });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`A create was answered ${response.status}: ${text}`);
  return { identifier: JSON.parse(text).identifier, requestId: response.headers.get('x-request-id') ?? '' };
}

/** Records and the log are written a moment after the answer. */
async function eventually(count: () => Promise<number>): Promise<number> {
  for (let tries = 0; tries < 60; tries += 1) {
    const found = await count();
    if (found > 0) return found;
    await sleep(50);
  }
  return 0;
}

function linesAbout(log: string, requestId: string): number {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"${requestId}"`)).length;
}
