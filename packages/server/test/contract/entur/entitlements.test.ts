import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { revoked } from '#domain/grant.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { importEntitlementList } from '#operations/entitlement-lists/import.ts';
import type { NewEntitlementType } from '#operations/entitlement-types/create.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { grant, typeOf } from '../../support/holdings.ts';
import type { TestResponse } from '../../support/server.ts';
import { type Body, startEntur, succeeded } from './support.ts';

// Demo's time zone is Europe/London.
const server = await startEntur();
const { call, store } = server;
server.clock.now = new Date('2026-03-02T12:00:00Z');
const actor = () => tesseraActor(server.organisation, 'command-line', server.clock.now as Date);
const path = (customerNumber: unknown, query = '') =>
  `/benefits/entitlements/${customerNumber}/by-customer-number${query}`;
const list = async (customerNumber: number, query = ''): Promise<Body> =>
  succeeded(await call('GET', path(customerNumber, query)));

let types = 0;
function newType(input: Partial<NewEntitlementType> = {}): Promise<EntitlementType> {
  types += 1;
  return typeOf(store, actor(), { label: `Type ${types}`, ...input });
}

async function customer(accounts = 1): Promise<{ number: number; accounts: string[] }> {
  const { customerNumber: number } = await server.profile();
  const created: string[] = [];
  for (let count = 0; count < accounts; count += 1) created.push((await server.account(number)).customerAccountId);
  return { number, accounts: created };
}

/** An ErrorResponse with the members that every one has, and a message in which all of `names` occur. */
function refusedHere(
  response: TestResponse,
  status: number,
  error: string,
  errorCode: number,
  ...names: string[]
): void {
  assert.equal(response.status, status, response.text);
  const { timestamp, path: at, message, correlationId, ...rest } = response.body;
  assert.deepEqual(rest, { status, error, errorCode });
  assert.ok(!Number.isNaN(Date.parse(timestamp)));
  assert.match(at, /^\/customers\/v2\/benefits\/entitlements\//);
  assert.equal(correlationId, response.headers['x-correlation-id']);
  for (const name of names) assert.ok(message.includes(name), `${name} in ${message}`);
}

describe('GET /benefits/entitlements/{customerNumber}/by-customer-number', () => {
  test('200 [] for a customer without accounts, and for one who holds nothing', async () => {
    for (const accounts of [0, 1]) assert.deepEqual(await list((await customer(accounts)).number), []);
  });

  test('200 every required member, with its type, its days and its owner', async () => {
    const { number, accounts } = await customer();
    const type = await newType({ id: 'student', label: 'Student', category: 'STUDENT' });
    const wanted = { type, validFrom: '2026-01-01', validUntil: '2027-01-01' };
    const { entitlement } = await grant(store, actor(), accounts[0] as string, wanted);
    const response = await call('GET', path(number));
    assert.deepEqual(succeeded(response), [
      {
        productId: 'residents:student',
        productVersion: '1',
        displayName: [{ languageCode: 'NOB', text: 'Student' }],
        contractUUID: entitlement[0]?.id,
        contractValidFrom: '2026-01-01',
        contractValidTo: '2027-01-01',
        contractOwnerCustomerNumber: number,
        contractOwnerDisplayName: 'Ola Nordmann',
        passengerCategory: 'STUDENT',
        isSeniorCitizen: false,
      },
    ]);
    assert.equal(response.headers['cache-control'], 'no-store');
  });

  test('200 without contractValidTo when open-ended, ADULT without a category, isSeniorCitizen for SENIOR', async () => {
    const { number, accounts } = await customer();
    await grant(store, actor(), accounts[0] as string, { type: await newType(), validUntil: null });
    await grant(store, actor(), accounts[0] as string, { type: await newType({ category: 'SENIOR' }) });
    const [plain, senior] = await list(number);
    assert.equal('contractValidTo' in plain, false);
    assert.deepEqual([plain.passengerCategory, plain.isSeniorCitizen], ['ADULT', false]);
    assert.deepEqual([senior.passengerCategory, senior.isSeniorCitizen], ['SENIOR', true]);
  });

  test('200 of all accounts of the customer, and of nobody else', async () => {
    const [{ number, accounts }, other] = [await customer(3), await customer()];
    const type = await newType();
    for (const identifier of [...accounts, ...other.accounts]) await grant(store, actor(), identifier, { type });
    assert.equal((await list(number)).length, 3);
    assert.equal((await list(other.number)).length, 1);
  });

  test('200 with hidden ones, without pending, revoked and overdue ones', async () => {
    const { number, accounts } = await customer();
    const [account] = accounts as [string];
    const hidden = await newType({ hidden: true, label: 'Hidden' });
    const taken = await newType();
    const overdue = await newType({ evidence: 'after', evidenceDeadlineDays: 1 });
    for (const type of [hidden, await newType({ evidence: 'before' }), taken, overdue])
      await grant(store, actor(), account, { type });
    await editAccount(store, actor(), account, {
      operation: 'test',
      edit: (held) => ({
        ...held,
        entitlement: held.entitlement.map((one) =>
          one.type.number === taken.number ? revoked(one, 'removed', actor()) : one,
        ),
      }),
    });
    const texts = async (query = '') => (await list(number, query)).map((one: Body) => one.displayName[0].text);
    assert.deepEqual(await texts(), ['Hidden', overdue.label]);
    assert.deepEqual(await texts('?travelDate=2026-03-03'), ['Hidden']);
  });

  test('200 an adopted type is named by its list and id', async () => {
    const scheme = 'https://schemes.example.com/concessions';
    const concepts = [{ uri: `${scheme}#senior`, label: 'Senior' }];
    await importEntitlementList(store, actor(), { uri: scheme, title: 'Concessions', concepts }, 'concessions');
    const [type] = await store.entitlementTypes.find(server.organisation.id, [{ uri: `${scheme}#senior` }]);
    const { number, accounts } = await customer();
    await grant(store, actor(), accounts[0] as string, { type });
    assert.equal((await list(number))[0].productId, `concessions:${type?.id}`);
  });

  test('200 the owner without names: the whole name, else empty; an organisation by its name', async () => {
    const type = await newType();
    const nameOf = async (body: object) => {
      const created = await server.send('POST', '/v1/customers', { body });
      assert.equal(created.status, 201, created.text);
      const { customerNumber } = created.body;
      const { customerAccountId } = await server.account(customerNumber);
      await grant(store, actor(), customerAccountId, { type });
      return (await list(customerNumber))[0].contractOwnerDisplayName;
    };
    assert.equal(await nameOf({ type: 'Person', givenName: 'Ida', email: 'ida@example.com' }), 'Ida');
    assert.equal(await nameOf({ type: 'Person', name: 'Ida Moss' }), 'Ida Moss');
    assert.equal(await nameOf({ type: 'Person', email: 'nobody@example.com' }), '');
    assert.equal(await nameOf({ type: 'Organization', name: 'Northmoor Rowing' }), 'Northmoor Rowing');
  });

  test('200 also for a passive customer', async () => {
    const { number, accounts } = await customer();
    await grant(store, actor(), accounts[0] as string, { type: await newType() });
    succeeded(await call('DELETE', `/profiles/${number}`));
    assert.equal((await list(number)).length, 1);
  });

  test('200 excludeSubContracts and unknown parameters change nothing', async () => {
    const { number, accounts } = await customer();
    await grant(store, actor(), accounts[0] as string, { type: await newType() });
    const all = await list(number);
    for (const query of ['?excludeSubContracts=true', '?excludeSubContracts=false', '?page=2']) {
      assert.deepEqual(await list(number, query), all);
    }
  });

  test('400/400 a number that is none, a day that is none, a flag that is none', async () => {
    for (const form of ['0', 'abc', '-1', '9223372036854775808'])
      refusedHere(await call('GET', path(form)), 400, 'Bad Request', 400, 'customerNumber');
    const { number } = await customer();
    for (const day of ['2026-02-30', 'tomorrow', '', '2026-03-02T25:00:00Z'])
      refusedHere(await call('GET', path(number, `?travelDate=${day}`)), 400, 'Bad Request', 400, 'travelDate');
    const flag = await call('GET', path(number, '?excludeSubContracts=perhaps'));
    refusedHere(flag, 400, 'Bad Request', 400, 'excludeSubContracts');
  });

  test('401/611 without a credential, 403/403 without the permission', async () => {
    const { number } = await customer();
    refusedHere(await call('GET', path(number), undefined, { key: null }), 401, 'Unauthorized', 611);
    const { key } = await server.keyWith(['customers-profile:endre']);
    refusedHere(await call('GET', path(number), undefined, { key }), 403, 'Forbidden', 403, 'customers-profile:les');
  });

  test('404/617 for unknown, foreign and erased customers', async () => {
    const other = await server.organisationWithKey('Other');
    const foreign = await server.profile({ organisationId: other.organisation.id }, { key: other.key });
    const erased = await customer();
    assert.equal((await server.send('DELETE', `/v1/customers/${erased.number}`)).status, 204);
    for (const number of [999, foreign.customerNumber, erased.number, '9007199254740993'])
      refusedHere(await call('GET', path(number)), 404, 'Not Found', 617, 'customer');
  });
});

describe('travelDate', () => {
  test('200 a day from today on: what is granted now for that day; the end is exclusive', async () => {
    const { number, accounts } = await customer();
    const wanted = { type: await newType(), validFrom: '2026-03-10', validUntil: '2026-03-20' };
    await grant(store, actor(), accounts[0] as string, wanted);
    for (const [day, count] of [
      ['2026-03-02', 0],
      ['2026-03-09', 0],
      ['2026-03-10', 1],
      ['2026-03-19', 1],
      ['2026-03-20', 0],
    ] as const) {
      assert.equal((await list(number, `?travelDate=${day}`)).length, count, day);
    }
    assert.deepEqual(await list(number), []);
  });

  test('200 a date-time is the day it is in the time zone of the organisation, with its + encoded or not', async () => {
    const { number, accounts } = await customer();
    const wanted = { type: await newType(), validFrom: '2026-07-01', validUntil: '2026-07-02' };
    await grant(store, actor(), accounts[0] as string, wanted);
    for (const [instant, count] of [
      ['2026-06-30T22:59:59Z', 0],
      ['2026-06-30T23:00:00Z', 1],
      ['2026-07-01T22:59:59Z', 1],
      ['2026-07-01T23:00:00Z', 0],
      ['2026-07-01T00:00:00+01:00', 1],
      ['2026-07-01T00:00:00%2B01:00', 1],
    ] as const) {
      assert.equal((await list(number, `?travelDate=${instant}`)).length, count, instant);
    }
  });

  test('200 a day that is past: what is known of it, also of entitlements that are over', async () => {
    const { number, accounts } = await customer();
    const [account] = accounts as [string];
    const type = await newType();
    await grant(store, actor(), account, { type, validFrom: '2026-02-01', validUntil: '2026-03-05' });
    server.clock.now = new Date('2026-03-10T12:00:00Z');
    await grant(store, actor(), account, { type, validFrom: '2026-03-08', validUntil: '2026-04-01' });
    await editAccount(store, actor(), account, {
      operation: 'test',
      edit: (held) => ({ ...held, entitlement: held.entitlement.map((one) => revoked(one, 'removed', actor())) }),
    });
    for (const [day, count] of [
      ['2026-01-31', 0],
      ['2026-02-01', 1],
      ['2026-03-04', 1],
      ['2026-03-05', 0],
      ['2026-03-08', 1],
      ['2026-03-09', 1],
      ['2026-03-10', 0],
    ] as const) {
      assert.equal((await list(number, `?travelDate=${day}`)).length, count, day);
    }
    server.clock.now = new Date('2026-03-02T12:00:00Z');
  });

  test('200 today changes at midnight in the time zone of the organisation', async () => {
    const { number, accounts } = await customer();
    await grant(store, actor(), accounts[0] as string, { type: await newType(), validUntil: '2026-07-01' });
    server.clock.now = new Date('2026-06-30T22:59:59Z');
    assert.equal((await list(number)).length, 1);
    server.clock.now = new Date('2026-06-30T23:00:00Z');
    assert.equal((await list(number)).length, 0);
    server.clock.now = new Date('2026-03-02T12:00:00Z');
  });
});
