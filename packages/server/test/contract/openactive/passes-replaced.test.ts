import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPass } from '#domain/pass-changes.ts';
import { changePassNamespace } from '#operations/pass-namespaces/change.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { actorOf } from '../../support/fixtures.ts';
import { accountOf, faultsOf, newIdentifier, person, startTester } from './support.ts';

const tester = await startTester();
const { account, put, born, hold, stored, store, organisation } = tester;
const operator = actorOf(organisation);
const gate = await createPassNamespace(store, operator, { name: 'gate', maxActivePerAccount: 3 });

const extended = { prefer: 'profile=extended' };

/** The passes that an account shows, with symbology and namespace. */
const passesOf = async (identifier: string) =>
  (await account('GET', identifier, { headers: extended })).body.accessPass;
const textsOf = async (identifier: string) =>
  ((await passesOf(identifier)) ?? []).map((pass: { text: string }) => pass.text);
const patch = (identifier: string, accessPass: unknown, members: object = {}) =>
  account('PATCH', identifier, { body: { accessPass, ...members } });

let count = 0;
/** A text that no other test uses. */
const newText = () => `T${String(++count).padStart(8, '0')}`;

test('200 replaces the passes: what is in both is kept, what is new added, what is missing retired', async () => {
  const [kept, lost, added] = [newText(), newText(), newText()];
  const identifier = await put(person(), {
    accessPass: [{ text: kept, url: 'https://www.example.com/a.png' }, { text: lost }],
  });
  const before = (await stored(identifier)).account.accessPass;
  const answer = await patch(identifier, [{ text: kept, 'beta:codeType': 'EAN-8' }, { text: added }]);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.etag, '"2.0"');
  const after = (await stored(identifier)).account.accessPass;
  assert.deepEqual(after[0], { ...before[0], codeType: 'EAN-8' });
  assert.deepEqual(
    after.map(({ text }) => text),
    [kept, added],
  );
  const found = await store.accessPasses.find(organisation.id, 'card', lost);
  assert.ok(found?.state === 'retired');
  assert.equal(found.pass.reason, 'removed');
});

test('200 with null or an empty list retires all; put back, a pass is active again, with another picture', async () => {
  const text = newText();
  for (const none of [null, []]) {
    const identifier = await put(person(), { accessPass: [{ text: `${text}-${none}` }] });
    const [before] = await passesOf(identifier);
    assert.equal((await patch(identifier, none)).body.accessPass, undefined);
    // A client that kept the whole pass sends the old picture too.
    const [after] = (await patch(identifier, [before])).body.accessPass;
    assert.equal(after.text, before.text);
    assert.match(after.url, /\/passes\//);
    assert.notEqual(after.url, before.url);
    assert.equal((await stored(identifier)).account.accessPass[0]?.url, undefined);
  }
});

test('200 sets and clears the picture', async () => {
  const text = newText();
  const identifier = await put(person(), { accessPass: [{ text }] });
  const urlAfter = async (item: object) => (await patch(identifier, [{ text, ...item }])).body.accessPass[0].url;
  const own = await urlAfter({});
  assert.equal(await urlAfter({ url: 'https://www.example.com/a.png' }), 'https://www.example.com/a.png');
  assert.equal(await urlAfter({}), 'https://www.example.com/a.png');
  // Stored as it is, shown only where it can be (openactive.md 3.9); and the stored one wins.
  assert.equal(await urlAfter({ url: 'https://www.example.com/a.png?a=1&copy=2' }), undefined);
  assert.equal(await urlAfter({ url: own }), undefined);
  assert.equal((await stored(identifier)).account.accessPass[0]?.url, 'https://www.example.com/a.png?a=1&copy=2');
  assert.equal(await urlAfter({ url: null }), own);
});

test('200 for the list as it is shown, in either profile: nothing changes, whatever the rules have become', async () => {
  const text = newText();
  const rules = await createPassNamespace(store, operator, { name: 'changing' });
  const identifier = await born({ details: { email: 'passes@example.com' } });
  await hold(identifier, (before, actor) =>
    [
      { namespace: rules, text, url: 'https://www.example.com/b.png', codeType: 'x'.repeat(60) },
      { namespace: gate, text, url: `https://www.example.com/${'a'.repeat(2100)}` },
      { namespace: rules, text: `${text}-2`, url: 'https://intranet/a.png' },
    ].reduce((next, pass) => withPass(next, pass, actor), before),
  );
  // In the default namespace too, and newest.
  await hold(identifier, (before, actor) => withPass(before, { namespace: { ...gate, name: 'card' }, text }, actor));
  await changePassNamespace(store, operator, 'changing', { edit: { minLength: 20, prefix: 'NEW' } });
  const before = await stored(identifier);
  for (const headers of [{}, extended]) {
    const shown = await account('GET', identifier, { headers });
    for (const accessPass of [shown.body.accessPass, shown.body.accessPass.toReversed()]) {
      const answer = await account('PATCH', identifier, { body: { accessPass }, headers });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers.etag, shown.headers.etag);
      assert.equal(answer.text, shown.text);
    }
  }
  assert.deepEqual(await stored(identifier), before);
  // A new one has to follow the new rules.
  const shown = (await account('GET', identifier, { headers: extended })).body.accessPass;
  const more = await patch(identifier, [...shown, { text: 'X', 'tessera:passNamespace': 'changing' }]);
  assert.deepEqual(faultsOf(more), ['/accessPass/4/text: does not have the length required in namespace changing']);
});

test('200 without namespace means the pass of the default one, and where only another has the text, that', async () => {
  const text = newText();
  const inGate = { text, 'tessera:passNamespace': 'gate' };
  const both = await put(person(), { accessPass: [{ text }, inGate] });
  await patch(both, [{ text }]);
  assert.equal((await passesOf(both))[0]['tessera:passNamespace'], 'card');
  const other = newText();
  const gated = await put(person(), { accessPass: [{ text: other, 'tessera:passNamespace': 'gate' }] });
  const { body } = await patch(gated, [{ text: other, url: 'https://www.example.com/g.png' }]);
  assert.equal(body.accessPass[0].url, 'https://www.example.com/g.png');
  assert.equal((await passesOf(gated))[0]['tessera:passNamespace'], 'gate');
  assert.equal((await patch(gated, [{ text: other, 'tessera:passNamespace': 'card' }])).status, 200);
  assert.equal((await passesOf(gated))[0]['tessera:passNamespace'], 'card');
});

test('200 together with changes of the customer, in one version', async () => {
  const text = newText();
  const identifier = await put();
  const answer = await patch(identifier, [{ text }], { accountNumber: text, customer: { jobTitle: 'Coach' } });
  assert.equal(answer.headers.etag, '"2.0"');
  assert.deepEqual(
    [answer.body.accountNumber, answer.body.customer.jobTitle, await textsOf(identifier)],
    [text, 'Coach', [text]],
  );
});

test('200 for the same PUT after the passes have changed, and after rules have: with the account as it is now', async () => {
  const [text, other] = [newText(), newText()];
  const body = accountOf(person(), { accessPass: [{ text, url: null, 'tessera:passNamespace': 'replay' }] });
  await createPassNamespace(store, operator, { name: 'replay' });
  const identifier = newIdentifier();
  assert.equal((await account('PUT', identifier, { body })).status, 201);
  assert.equal((await account('PUT', identifier, { body })).status, 200);
  const { url: _, ...same } = { url: 1, text, 'tessera:passNamespace': 'replay' };
  assert.equal((await account('PUT', identifier, { body: { ...body, accessPass: [same] } })).status, 200);
  await patch(identifier, [{ text: other }]);
  await changePassNamespace(store, operator, 'replay', { edit: { minLength: 50 } });
  const later = await account('PUT', identifier, { body });
  assert.equal(later.status, 200, later.text);
  assert.deepEqual(await textsOf(identifier), [other]);
  const different = { ...body, accessPass: [{ text: other, 'tessera:passNamespace': 'replay' }] };
  assert.equal((await account('PUT', identifier, { body: different })).status, 409);
  assert.equal((await account('PUT', newIdentifier(), { body })).status, 400);
});
