import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '#domain/account.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import { settled } from '#domain/holdings.ts';
import { Refusal } from '#domain/refusal.ts';
import { startOfDay } from '#domain/time.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestServer } from '../support/server.ts';
import { Model } from './eligibility-model.ts';
import { between, firstDay, randomOf, randomStep, type Step, types } from './eligibility-script.ts';
import { changedBy, dateOf, datesOf, dayOf } from './eligibility-subject.ts';

/* The same model against the server: 200 accounts live through 25 days together, and are asked about all of their days. */
const accounts = 200;
const days = 25;
const random = randomOf(42);
const server = await startTestServer();
const { send, store, clock } = server;
const { organisation, key } = await server.organisationWithKey('Far away', 'Pacific/Auckland');
const uris = types.map((_, type) => `${organisation.baseUrl}/openactive/entitlement-lists/residents#${type}`);

type Life = { identifier: string; model: Model; ids: string[]; script: Step[] };
const lives = Array.from({ length: accounts }, (_, index): Life => {
  return { identifier: `life-${index}`, model: new Model(), ids: [], script: [] };
});

test('200 accounts over 25 days: who is eligible on which day, and why not, also where the job did not come by', async () => {
  setClock(firstDay);
  await createCatalogue();
  await each(({ identifier }) => expectStatus('POST', '/v1/accounts', { identifier, customer: { name: 'Ida' } }, 201));
  const tally = { asked: 0, eligible: 0 };
  for (let day = firstDay; day < firstDay + days; day += 1) {
    setClock(day);
    if (day > firstDay) for (const { model } of lives) model.take({ kind: 'pass-days', days: 1, job: false });
    await each(live);
    if (day % 6 === 0) await askAll(day, tally);
    // Down for days, then catching up.
    if (day % 4 === 0) await sweepAccounts(store, clock.now as Date);
  }
  await askAll(firstDay + days - 1, tally);
  assert.ok(tally.asked > 2_000 && tally.eligible > tally.asked / 6, JSON.stringify(tally));
});

async function live(life: Life): Promise<void> {
  const { model, ids, script } = life;
  if (random() > 0.5) return;
  let step = randomStep(random, model.today, model.grants.length);
  while (step.kind === 'pass-days') step = randomStep(random, model.today, model.grants.length);
  script.push(step);
  const over = 'which' in step && ['revoked', 'expired'].includes(model.grants[step.which]?.status as string);
  const expected = model.take(step);
  const taken = await take(life, step);
  // What was revoked before can be revoked again: it stays as it is.
  if (step.kind === 'revoke' && over) return;
  assert.equal(taken, expected, `${life.identifier} on day ${model.today}: ${JSON.stringify(script)}`);
  assert.equal(ids.length, model.grants.length);
}

async function take({ identifier, ids }: Life, step: Exclude<Step, { kind: 'pass-days' }>): Promise<boolean> {
  const url = `/v1/accounts/${identifier}/entitlements`;
  if (step.kind === 'grant') {
    const response = await send('POST', url, { key, body: { entitlementType: uris[step.type], ...datesOf(step) } });
    if (response.status === 201) ids.push(response.body.id);
    return accepted(response, 201);
  }
  const id = ids[step.which] as string;
  if (step.kind === 'change') return accepted(await send('PATCH', `${url}/${id}`, { key, body: datesOf(step) }), 200);
  if (step.kind === 'revoke')
    return accepted(await send('POST', `${url}/${id}/revoke`, { key, body: { reason: 'moved away' } }), 200);
  return takeEvidence(identifier, id, step);
}

async function takeEvidence(identifier: string, id: string, step: Extract<Step, { which: number }>): Promise<boolean> {
  const actor = actorOf(organisation, clock.now);
  const edit = (stored: Account) => {
    const account = settled(stored, actor);
    const old = account.entitlement.find((one) => one.id === id && isOpen(one));
    if (!old) throw new Refusal({ kind: 'not-found', subject: 'entitlement' });
    const next = changedBy(step, old, actor);
    return { ...account, entitlement: account.entitlement.map((one) => (one === old ? next : one)) };
  };
  try {
    await editAccount(store, actor, identifier, { operation: 'test', edit });
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

/** Asks every account about three days, many at once, and lists what is valid on one of them. */
async function askAll(today: number, tally: { asked: number; eligible: number }): Promise<void> {
  const questions = lives.flatMap((life) =>
    Array.from({ length: 3 }, () => {
      const offered = types.map((_, type) => type).filter(() => random() < 0.5);
      return { life, offered: offered.length > 0 ? offered : [0], day: between(random, 0, today + 20) };
    }),
  );
  for (let start = 0; start < questions.length; start += 100) {
    const some = questions.slice(start, start + 100);
    const items = some.map(({ life: { identifier }, offered, day }) => {
      return { identifier, entitlementType: offered.map((type) => uris[type]), at: dateOf(day) };
    });
    const { body } = await expectStatus('POST', '/v1/eligibility', { items }, 200);
    for (const [index, { life, offered, day }] of some.entries()) {
      const answer = body.items[index];
      const told = `${life.identifier}, day ${day} of ${offered}, today ${today}: ${JSON.stringify(life.script)}`;
      const expected = life.model.validOn(day, offered);
      assert.deepEqual(positions(life, answer.matched), expected, told);
      assert.equal(answer.eligible, expected.length > 0, told);
      const reasons = expected.length > 0 ? [] : offered.map((type) => [uris[type], ...life.model.whyNot(day, type)]);
      assert.deepEqual(answer.reasons.map(reasonOf), reasons, told);
      tally.asked += 1;
      tally.eligible += answer.eligible ? 1 : 0;
    }
  }
  await Promise.all(
    questions.slice(0, 60).map(async ({ life, day }) => {
      const url = `/v1/accounts/${life.identifier}/entitlements?at=${dateOf(day)}`;
      const response = await send('GET', url, { key });
      assert.equal(response.status, 200, response.text);
      assert.deepEqual(positions(life, response.body.items), life.model.validOn(day, [0, 1, 2, 3]));
    }),
  );
}

function positions({ ids }: Life, entitlements: Pick<Entitlement, 'id'>[]): number[] {
  return entitlements.map(({ id }) => ids.indexOf(id)).sort((a, b) => a - b);
}

function reasonOf({ code, entitlementType, on }: { code: string; entitlementType: string; on?: string }): unknown[] {
  return [entitlementType, code, ...(on === undefined ? [] : [dayOf.get(on)])];
}

function accepted({ status, text }: { status: number; text: string }, success: number): boolean {
  assert.ok([success, 400, 409].includes(status), text);
  return status === success;
}

async function createCatalogue(): Promise<void> {
  await expectStatus('POST', '/v1/entitlement-lists', { slug: 'residents', title: 'Residents' }, 201);
  for (const [id, rules] of types.entries()) {
    const body = {
      id: String(id),
      label: `Type ${id}`,
      evidence: rules.evidence,
      ...('deadline' in rules ? { evidenceDeadlineDays: rules.deadline } : {}),
      ...('duration' in rules ? { defaultDuration: `P${rules.duration}D` } : {}),
    };
    await expectStatus('POST', '/v1/entitlement-lists/residents/types', body, 201);
  }
}

async function expectStatus(method: string, url: string, body: unknown, status: number) {
  const response = await send(method, url, { key, body });
  assert.equal(response.status, status, response.text);
  return response;
}

/** One o'clock in the morning there: by UTC it is still the day before. */
function setClock(day: number): void {
  clock.now = new Date(startOfDay(organisation.timeZone, dateOf(day)).getTime() + 3_600_000);
}

function each(work: (life: Life) => Promise<unknown>): Promise<unknown> {
  return Promise.all(lives.map(work));
}
