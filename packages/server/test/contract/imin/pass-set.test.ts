import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withPass } from '#domain/pass-changes.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { changePassNamespace } from '#operations/pass-namespaces/change.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { assertError, passTaken, wrongPrefix } from './contract-errors.ts';
import { passAction, startHoldingsBroker } from './holdings-support.ts';
import { errorBody } from './support.ts';
import { assertUpdateFailed } from './ways.ts';

const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const { store } = broker;
const card = await store.passNamespaces.findDefault(broker.organisation.id);
const app = await createPassNamespace(store, broker.actor(), { name: 'app' });
const set = (identifier: string, text: unknown, headers: Record<string, string> = {}) =>
  broker.act(identifier, passAction(text), headers);
const assign = (identifier: string, namespace: PassNamespace, text: string) =>
  broker.edit(identifier, (account) => withPass(account, { namespace, text }, broker.actor()));
const shown = async (identifier: string) => (await broker.held(identifier)).accessPass;
const later = (seconds: number) => {
  broker.clock.now = new Date((broker.clock.now as Date).getTime() + seconds * 1000);
};

async function passes(identifier: string): Promise<string[]> {
  const { account } = await broker.stored(identifier);
  const all = await store.accessPasses.ofAccount(broker.organisation.id, account.customerNumber, account.number);
  return all
    .map(({ namespace, text, state, reason }) => [namespace, text, state, reason].filter(Boolean).join(' '))
    .sort();
}

/** Changes the default namespace for one test. */
async function underRule(rule: Partial<PassNamespace>, test: () => Promise<void>): Promise<void> {
  await changePassNamespace(store, broker.actor(), card.name, { edit: rule });
  const undone = { prefix: undefined, pattern: undefined, minLength: 1, maxLength: 128, checkDigit: 'none' as const };
  await test().finally(() =>
    changePassNamespace(store, broker.actor(), card.name, { edit: { ...undone, maxActivePerAccount: 50 } }),
  );
}

describe('GET /customer-accounts/:id with passes', () => {
  it('200 without the member when there is none', async () => {
    assert.equal(await shown(await broker.account()), undefined);
  });

  it('200 with the newest active one of any namespace; of one instant the one that came last', async () => {
    const identifier = await broker.account();
    await assign(identifier, card, 'shown-1');
    assert.deepEqual(await shown(identifier), { '@type': 'Barcode', text: 'shown-1' });
    await assign(identifier, app, 'shown-2');
    assert.deepEqual(await shown(identifier), { '@type': 'Barcode', text: 'shown-2' });
    later(1);
    await assign(identifier, card, 'shown-3');
    assert.deepEqual(await shown(identifier), { '@type': 'Barcode', text: 'shown-3' });
    const flat = await broker.call('GET', `/customers/${identifier}`);
    assert.equal('accessPass' in flat.body, false);
  });
});

describe('imin:AccessPassUpdateAction', () => {
  it('200 sets it in the default namespace and echoes it, without actionStatus', async () => {
    const identifier = await broker.account();
    const { status, body, headers } = await set(identifier, '0042188');
    assert.equal(status, 200);
    assert.deepEqual(body, {
      '@context': 'https://openactive.io/',
      '@type': 'imin:AccessPassUpdateAction',
      object: { '@type': 'Barcode', text: '0042188' },
    });
    assert.equal(headers['cache-control'], 'private, no-store');
    assert.deepEqual(await shown(identifier), { '@type': 'Barcode', text: '0042188' });
    assert.deepEqual(await passes(identifier), ['card 0042188 active']);
    assert.equal((await broker.held(identifier)).tag, '"2.0-residents"');
  });

  it('200 retires the others of that namespace, and only those', async () => {
    const identifier = await broker.account();
    for (const text of ['r1', 'r2']) await assign(identifier, card, text);
    await assign(identifier, app, 'r3');
    assert.equal((await set(identifier, 'r4')).status, 200);
    assert.deepEqual(await passes(identifier), [
      'app r3 active',
      'card r1 retired replaced',
      'card r2 retired replaced',
      'card r4 active',
    ]);
    assert.equal((await shown(identifier)).text, 'r4');
  });

  it('200 for one that the account has: it becomes the newest, the others go', async () => {
    const identifier = await broker.account();
    await assign(identifier, card, 'n1');
    await assign(identifier, card, 'n2');
    later(1);
    await assign(identifier, app, 'n3');
    later(1);
    assert.equal((await set(identifier, 'n1')).status, 200);
    assert.equal((await shown(identifier)).text, 'n1');
    assert.deepEqual(await passes(identifier), ['app n3 active', 'card n1 active', 'card n2 retired replaced']);
  });

  it('200 again with the same: the version stays', async () => {
    const identifier = await broker.account();
    await set(identifier, 'same');
    later(1);
    const { tag } = await broker.held(identifier);
    assert.equal((await set(identifier, 'same')).status, 200);
    assert.equal((await broker.held(identifier)).tag, tag);
  });

  it('200 a value that was retired on the same account comes back', async () => {
    const identifier = await broker.account();
    for (const text of ['b1', 'b2', 'b1']) assert.equal((await set(identifier, text)).status, 200);
    assert.equal((await shown(identifier)).text, 'b1');
    assert.deepEqual(await passes(identifier), [
      'card b1 active',
      'card b1 retired replaced',
      'card b2 retired replaced',
    ]);
  });

  it('200 at the limit of active passes: the retirement makes room', () =>
    underRule({ maxActivePerAccount: 1 }, async () => {
      const identifier = await broker.account();
      for (const text of ['m1', 'm2', 'm3']) assert.equal((await set(identifier, text)).status, 200);
      assert.equal((await shown(identifier)).text, 'm3');
    }));

  it('200 for a value of another namespace', async () => {
    const [one, two] = [await broker.account(), await broker.account()];
    await assign(one, app, 'twice');
    assert.equal((await set(two, 'twice')).status, 200);
  });

  it('200 the value it has, whatever the rule has become', async () => {
    const identifier = await broker.account();
    await set(identifier, 'OLD-1');
    await underRule({ prefix: 'NM' }, async () => {
      assert.equal((await set(identifier, 'OLD-1')).status, 200);
      assertError(await set(identifier, 'OLD-2'), wrongPrefix);
    });
  });

  it('400 E14 and its like for a value that fails the rule, saying which; nothing changes', async () => {
    const rules: [rule: Partial<PassNamespace>, text: string, message: string][] = [
      [{ prefix: 'NM' }, 'XX0042188', 'does not have the expected prefix'],
      [{ prefix: 'NM', minLength: 9, maxLength: 9 }, 'XX004218', 'does not have the length required in namespace card'],
      [{ prefix: 'NM', pattern: 'NM\\d{7}' }, 'NM004218X', 'does not have the form required in namespace card'],
      [{ checkDigit: 'luhn' }, '79927398710', 'does not have a correct check digit'],
    ];
    const identifier = await broker.account();
    await set(identifier, 'NM0000001');
    const { tag } = await broker.held(identifier);
    for (const [rule, text, message] of rules) {
      await underRule(rule, async () => {
        const response = await set(identifier, text);
        assert.equal(response.status, 400);
        const failed = ['UpdateFailedError', 'The update was rejected', `The barcode ${message}`] as const;
        assert.deepEqual(response.body, errorBody(response, ...failed, [['/object/text', message]]));
      });
    }
    assert.equal((await broker.held(identifier)).tag, tag);
  });

  it('400 E15 for a value that another account has or had; nothing changes', async () => {
    const [holder, other] = [await broker.account(), await broker.account()];
    for (const text of ['taken-1', 'taken-2']) await set(holder, text);
    await set(other, 'mine');
    for (const text of ['taken-1', 'taken-2']) assertError(await set(other, text), passTaken);
    assert.deepEqual(await passes(other), ['card mine active']);
    assert.equal((await shown(holder)).text, 'taken-2');
    const abroad = await broker.organisationWithKey('Abroad');
    const foreign = await broker.account({}, abroad.key);
    const body = passAction('taken-1');
    const path = `/customer-accounts/${foreign}/actions`;
    assert.equal((await broker.call('POST', path, { body, key: abroad.key })).status, 200);
  });

  it('200 for one and 400 E15 for the others when accounts ask for one value at the same time', async () => {
    const accounts = await Promise.all(Array.from({ length: 6 }, () => broker.account()));
    const answers = await Promise.all(accounts.map((identifier) => set(identifier, 'raced')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400, 400, 400]);
    for (const answer of answers.filter(({ status }) => status === 400)) assertError(answer, passTaken);
  });

  it('400 for other forms, naming the member', async () => {
    const identifier = await broker.account();
    const form =
      'must be 1 to 128 printable ASCII characters other than angle brackets and ampersands, with no space at either end';
    for (const text of ['', ' ', 'a ', ' a', 'a<b', 'a>b', 'a&b', 'é', 'x'.repeat(129)]) {
      const response = await set(identifier, text);
      const failed = ['UpdateFailedError', 'The update was rejected', `The barcode ${form}`] as const;
      assert.deepEqual(response.body, errorBody(response, ...failed, [['/object/text', form]]));
    }
    const withObject = (object: unknown) => ({ '@type': 'imin:AccessPassUpdateAction', object });
    const barcode = { '@type': 'Barcode', text: 'f1' };
    const cases: [body: object, pointer: string, message: string][] = [
      [{ '@type': 'imin:AccessPassUpdateAction' }, '/object', 'is required'],
      [withObject(null), '/object', 'must be an object'],
      [withObject([barcode]), '/object', 'must be an object'],
      [withObject({ '@type': 'Barcode' }), '/object/text', 'is required'],
      [withObject({ text: 'f1' }), '/object/@type', 'is required'],
      [withObject({ ...barcode, '@type': 'ImageObject' }), '/object/@type', 'must be "Barcode"'],
      [withObject({ ...barcode, text: null }), '/object/text', 'must be a text'],
      [withObject({ ...barcode, text: 42188 }), '/object/text', 'must be a text'],
      [withObject({ ...barcode, 'beta:codeType': 'code128' }), '/object/beta:codeType', 'unknown member'],
      [{ ...withObject(barcode), seller: ['https://sellers.example.com/a'] }, '/seller', 'unknown member'],
    ];
    for (const [body, pointer, message] of cases) {
      assertUpdateFailed(await broker.act(identifier, body), [[pointer, message]]);
    }
    assert.equal((await broker.held(identifier)).tag, '"1.0-residents"');
  });

  it('400 for the account of a deactivated customer', async () => {
    const identifier = await broker.account();
    const { customer } = await broker.stored(identifier);
    await deactivateCustomer(store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
    const response = await set(identifier, 'passive');
    assert.equal(response.status, 400);
    assert.equal(response.body['@type'], 'UpdateFailedError');
  });

  it('404 for an unknown account, 410 for an erased one, 412 for another state', async () => {
    assert.equal((await set('unknown', 'x1')).status, 404);
    const erased = await broker.account();
    await set(erased, 'x2');
    await broker.call('DELETE', `/customer-accounts/${erased}`);
    assert.equal((await set(erased, 'x3')).status, 410);
    const identifier = await broker.account();
    assert.equal((await set(identifier, 'x4', { 'if-match': '"9.9"' })).status, 412);
    assert.equal((await set(identifier, '<', { 'if-match': '"9.9"' })).status, 412);
    assert.equal((await set(identifier, 'x4', { 'if-match': '"1.0"' })).status, 200);
  });
});
