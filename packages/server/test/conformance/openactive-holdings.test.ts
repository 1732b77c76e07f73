import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { isProvisional, isValidOn } from '#domain/entitlement.ts';
import { type EntitlementType, typeUri } from '#domain/entitlement-list.ts';
import { approved, rejected, withdrawnRequest, withRequest, withSubmission } from '#domain/evidence-steps.ts';
import { anyGrant, newEvidence, withGrant } from '#domain/grant.ts';
import { newIdentifier as newId } from '#domain/identifier.ts';
import { withPass } from '#domain/pass-changes.ts';
import { importEntitlementList } from '#operations/entitlement-lists/import.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { accountOf, newIdentifier, person, startTester } from '../contract/openactive/support.ts';
import {
  adoptedUri,
  anyAction,
  anyType,
  daysAround,
  evidenceStep,
  newPassText,
  passEnding,
  passMembers,
} from '../support/arbitrary-holdings.ts';
import { actorOf } from '../support/fixtures.ts';
import { typeOf } from '../support/holdings.ts';
import { hostileText } from '../support/hostile-text.ts';
import { conformanceOf } from './conforming.ts';

/*
 * OpenActive's validator finds no failure in what accounts hold either, whoever wrote it (openactive.md 6, C1 to C3): passes,
 * entitlements with their proof, actions. What the validator does not catch is asserted beside it.
 */

const tester = await startTester();
const { account, born, hold, stored, send, store, organisation, clock } = tester;
clock.now = new Date('2026-11-21T12:00:00Z');
const today = '2026-11-21';
const operator = actorOf(organisation, clock.now);
const conformance = await conformanceOf(tester);

const gate = await createPassNamespace(store, operator, { name: 'gate' });
const card = await store.passNamespaces.findDefault(organisation.id);

/** Types with hostile labels and settings: the organisation's own, and adopted ones with ids of all kinds. */
const own: EntitlementType[] = [];
for (const type of fc.sample(anyType, 40)) {
  own.push(await typeOf(store, operator, JSON.parse(JSON.stringify(type))));
}
const uris = fc.sample(adoptedUri, 40);
const concepts = [...new Set(uris)].map((uri) => ({
  uri,
  label: fc.sample(hostileText({ maxLength: 200 }), 1)[0] as string,
}));
for (const [index, concept] of concepts.entries()) {
  const [uri = ''] = fc.sample(adoptedUri, 1);
  const scheme = { uri: `${uri.split('#')[0]}?list=${index}`, title: 'A scheme', concepts: [concept] };
  await importEntitlementList(store, operator, scheme, undefined);
}
const adopted = (await store.entitlementTypes.find(organisation.id, concepts)).filter((type) => type !== undefined);
const types = [...own, ...adopted];

type Granted = { type: number; days: { validFrom: string; validUntil?: string }; step: string };
const holdings = fc.record({
  granted: fc.uniqueArray(fc.record({ type: fc.nat(types.length - 1), days: daysAround(today), step: evidenceStep }), {
    maxLength: 5,
    selector: ({ type }) => type,
  }),
  passes: fc.array(fc.record({ ending: passEnding, inGate: fc.boolean(), members: passMembers }), { maxLength: 4 }),
  actions: fc.array(anyAction, { maxLength: 4 }),
  hiddenDiscount: fc.boolean(),
});

/** The account with one more entitlement, whose proof has come as far as is asked for. */
function withEntitlement(before: Account, { type, days, step }: Granted, actor: Actor): Account {
  const granted = withGrant(before, { type: types[type], ...days }, actor, anyGrant);
  let one = granted.entitlement.at(-1);
  assert.ok(one);
  if (step === 'ask' && !one.evidence) one = withRequest(one, newEvidence(types[type] as EntitlementType, actor));
  if (one.evidence && ['submit', 'approve', 'reject'].includes(step)) one = withSubmission(one, { files: [] }, actor);
  if (one.evidence?.state === 'submitted' && step === 'approve') one = approved(one, actor, undefined, 30);
  if (one.evidence?.state === 'submitted' && step === 'reject') one = rejected(one, actor, 'not readable', 30);
  if (one.evidence?.state === 'requested' && step === 'withdraw') one = withdrawnRequest(one, actor, undefined);
  return { ...granted, entitlement: [...granted.entitlement.slice(0, -1), one] };
}

test('C1, C2, C3: any account, whatever it holds; sent back as it is shown, nothing changes', async () => {
  const seen = { pass: 0, entitlement: 0, outstandingAction: 0, evidence: 0 };
  await fc.assert(
    fc.asyncProperty(holdings, async ({ granted, actions, hiddenDiscount, ...rest }) => {
      const passes = rest.passes.map(({ ending, ...pass }) => ({ ...pass, text: newPassText(ending) }));
      const identifier = await born({ details: { name: 'Ida Moss' } });
      await hold(identifier, (before, actor) => {
        const carried = passes.reduce(
          (next, { text, inGate, members }) =>
            withPass(next, { namespace: inGate ? gate : card, text, ...members }, actor),
          before,
        );
        const entitled = granted.reduce((next, one) => withEntitlement(next, one, actor), carried);
        const open = actions.map((action) => ({
          ...JSON.parse(JSON.stringify(action)),
          id: newId(),
          state: 'open' as const,
          createdAt: actor.now.toISOString(),
          createdBy: 'desk',
        }));
        return { ...entitled, outstandingAction: open, ...(hiddenDiscount ? { hiddenDiscount } : {}) };
      });
      const { core, extended } = await conformance.account(identifier);

      const held = (await stored(identifier)).account;
      const valid = held.entitlement.filter((one) => isValidOn(one, today));
      const listed = valid.filter(({ type }) => !type.hidden);
      const uriOf = (type: EntitlementType) => typeUri(organisation.baseUrl, type);
      assert.deepEqual(
        new Set(
          (core.entitlement ?? []).map((one: { entitlementType: { '@id': string } }) => one.entitlementType['@id']),
        ),
        new Set(listed.map(({ type }) => uriOf(type as EntitlementType))),
      );
      assert.equal(core.entitlement?.length ?? 0, listed.length);
      assert.equal(core.hasHiddenEntitlements, hiddenDiscount || valid.length > listed.length);
      assert.equal(
        (extended.entitlement ?? []).filter((one: object) => Reflect.get(one, 'tessera:grantState') === 'provisional')
          .length,
        listed.filter(isProvisional).length,
      );
      assert.equal(core.accessPass?.length ?? 0, passes.length);
      assert.deepEqual(
        new Set(core.accessPass?.map(({ text }: { text: string }) => text)),
        new Set(passes.map(({ text }) => text)),
      );
      for (const { validFrom, validUntil } of core.entitlement ?? []) {
        assert.ok(validFrom <= today && (validUntil === undefined || today < validUntil));
      }
      seen.pass += passes.length;
      seen.entitlement += listed.length;
      seen.outstandingAction += core.outstandingAction?.length ?? 0;
      seen.evidence += (core.entitlement ?? []).filter((one: object) => 'evidenceRequestAction' in one).length;

      const { etag } = (await account('GET', identifier)).headers;
      for (const { accessPass = null, entitlement = [] } of [core, extended]) {
        const lists = {
          accessPass,
          entitlement: entitlement.map(
            ({ evidenceRequestAction: _, 'tessera:grantState': __, ...rest }: Record<string, unknown>) => rest,
          ),
        };
        const answer = await account('PATCH', identifier, { body: lists });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.headers.etag, etag);
      }
      const [pass] = passes;
      if (!pass) return;
      const found = await conformance.query(`accessPass.text=${encodeURIComponent(pass.text)}`);
      assert.deepEqual(
        found.itemListElement,
        [{ ...core, '@context': undefined }].map((one) => JSON.parse(JSON.stringify(one))),
      );
    }),
    { numRuns: 80 },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 20, `only ${count} of ${what} were seen`);
});

test('C1, C2: any account born through PUT with passes and entitlements', async () => {
  const grantable = types.filter(({ hidden }) => !hidden).map((type) => typeUri(organisation.baseUrl, type));
  const input = fc.record({
    accessPass: fc.array(fc.record({ ending: passEnding, members: passMembers }), { maxLength: 3 }),
    entitlement: fc.uniqueArray(fc.constantFrom(...grantable), { maxLength: 4 }),
    days: daysAround(today).filter(({ validFrom }) => validFrom <= today),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ accessPass, entitlement, days }) => {
      const identifier = newIdentifier();
      const members = {
        accessPass: accessPass.map(({ ending, members: { codeType, url } }) => ({
          '@type': 'Barcode',
          text: newPassText(ending),
          url,
          'beta:codeType': codeType,
        })),
        entitlement: entitlement.map((entitlementType) => ({ '@type': 'Entitlement', entitlementType, ...days })),
      };
      const created = await account('PUT', identifier, { body: accountOf(person(), members) });
      assert.equal(created.status, 201, created.text);
      const { core } = await conformance.account(identifier);
      assert.deepEqual(core, created.body);
      assert.equal(core.accessPass?.length ?? 0, accessPass.length);
      const shown = (core.entitlement?.length ?? 0) + (core.outstandingAction?.length ?? 0);
      assert.equal(shown, entitlement.length, 'each is listed, or proof for it is asked');
      const again = await account('PUT', identifier, { body: accountOf(person(), members) });
      assert.equal(again.status, 409);
    }),
    { numRuns: 60 },
  );
});

test('C1, C2: accounts whose passes, entitlements and actions other dialects wrote', async () => {
  const plain = await typeOf(store, operator, { id: 'plain', label: 'Concession <60+> & &copy', evidence: 'after' });
  await changeSettings(store, operator, { edit: { brokerList: 'residents' } });
  const entitlementType = typeUri(organisation.baseUrl, plain);
  const ok = async (method: string, url: string, body: object) => {
    const response = await send(method, url, { body });
    assert.ok(response.status < 300, `${method} ${url}: ${response.text}`);
    return response.body;
  };
  const texts = fc.record({
    name: hostileText({ maxLength: 100 }),
    description: hostileText({ maxLength: 1000 }),
    endings: fc.tuple(passEnding, passEnding),
    members: passMembers,
  });
  await fc.assert(
    fc.asyncProperty(texts, async ({ name, description, endings, members: { url } }) => {
      const [text = '', other = ''] = endings.map(newPassText);
      const identifier = newIdentifier();
      await ok('PUT', `/v1/accounts/${identifier}`, {
        customer: { name: 'Ida Moss' },
        accessPass: [{ text, codeType: 'code128', ...(url === undefined ? {} : { url }) }],
        entitlement: [{ entitlementType, validUntil: '2027-04-01' }],
        hiddenDiscount: true,
      });
      await ok('POST', `/v1/accounts/${identifier}/outstanding-actions`, {
        kind: 'induction',
        name,
        description,
        deadline: '2026-12-01T09:30:00.250+01:00',
        target: 'https://www.example.com/induction',
        blocksBooking: true,
      });
      await ok('POST', `/api/v2/customer-accounts/${identifier}/actions`, {
        '@type': 'imin:EntitlementUpdateAction',
        object: { '@type': 'Entitlement', entitlementType, validUntil: '2027-03-28T12:00:00Z' },
      });
      await ok('POST', `/api/v2/customer-accounts/${identifier}/actions`, {
        '@type': 'imin:AccessPassUpdateAction',
        object: { '@type': 'Barcode', text: other },
      });
      const { extended } = await conformance.account(identifier);
      assert.equal(extended.accessPass[0].text, other);
      assert.equal(extended.entitlement[0].validUntil, '2027-03-29');
      assert.equal(extended.entitlement[0].evidenceRequestAction['tessera:evidenceState'], 'requested');
      assert.equal(extended.outstandingAction[0].endTime, '2026-12-01T08:30:00Z');
      assert.equal(extended.outstandingAction[0]['tessera:blocksBooking'], true);
      assert.equal(extended.hasHiddenEntitlements, true);
    }),
    { numRuns: 25 },
  );
});
