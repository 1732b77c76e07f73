import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allChangeKinds, changeKinds } from '#domain/change-kinds.ts';
import { iminCauses, iminEvents, iminEventTypes } from '#domain/imin-event.ts';
import { defaultKinds, isSent, kindNamed, kindNames, nameOfKind, webhookFormats } from '#domain/webhook-kinds.ts';

const account = { subject: 'account', kind: 'updated', cause: 'own' } as const;

test('a kind that is not sent yet says so in the catalogue, and no other does', () => {
  for (const kind of allChangeKinds) assert.equal(changeKinds[kind].includes('Not yet sent'), !isSent(kind), kind);
});

test('imin has the event types of imin.md 2.11, and no others', () => {
  const expand = (subject: string, verbs: string) => verbs.split('|').map((verb) => `${subject}.${verb}`);
  const published = [
    ...expand(
      'linked-account',
      'disconnected|customer-updated|access-pass-updated|hidden-entitlement-changed|linked|unlinked',
    ),
    ...expand('customer-account', 'created|updated|erased'),
    ...expand('access-pass', 'added|retired'),
    ...expand('entitlement', 'granted|updated|revoked|expired|removed-after-evidence'),
    ...expand('evidence', 'requested|submitted|approved|rejected|expired|withdrawn'),
  ];
  assert.deepEqual(kindNames('imin').sort(), published.sort());
});

test('the five causes of imin are its default, all kinds that happen are that of native, the feed that of Entur', () => {
  assert.deepEqual(iminCauses, [
    'linked-account.disconnected',
    'linked-account.customer-updated',
    'linked-account.access-pass-updated',
    'linked-account.hidden-entitlement-changed',
    'entitlement.removed-after-evidence',
  ]);
  assert.deepEqual(defaultKinds('imin'), iminCauses);
  assert.deepEqual(defaultKinds('native'), allChangeKinds.filter(isSent));
  assert.deepEqual(defaultKinds('entur'), kindNames('entur'));
});

test('in every format each name stands for one kind, and each kind has that name', () => {
  for (const format of webhookFormats) {
    const kinds = kindNames(format).map((name) => kindNamed(format, name));
    assert.ok(kinds.every((kind) => kind !== undefined && allChangeKinds.includes(kind)));
    assert.equal(new Set(kinds).size, kinds.length);
    for (const name of kindNames(format)) {
      assert.equal(nameOfKind(format, kindNamed(format, name) as (typeof kinds)[number] & string), name);
    }
  }
});

test('what a format does not have it does not know', () => {
  assert.equal(kindNamed('imin', 'account.created'), undefined);
  assert.equal(kindNamed('entur', 'entitlement.granted'), undefined);
  assert.equal(kindNamed('native', 'constructor'), undefined);
  assert.equal(nameOfKind('imin', 'customer.created'), undefined);
  assert.equal(nameOfKind('entur', 'evidence.approved'), undefined);
});

test('imin is told of kinds in its own words, of those that it has, and of accounts only', () => {
  const kinds = ['account.updated', 'access-pass.assigned', 'access-pass.updated', 'evidence.approved'] as const;
  assert.deepEqual(iminEventTypes(kinds, account), [
    'customer-account.updated',
    'access-pass.added',
    'evidence.approved',
  ]);
  assert.deepEqual(iminEventTypes(['account.deleted'], { ...account, kind: 'deleted', cause: 'erasure' }), [
    'customer-account.erased',
  ]);
  assert.deepEqual(iminEventTypes(['customer.updated'], { ...account, subject: 'customer' }), []);
  assert.deepEqual(iminEventTypes(['access-pass.retired'], { ...account, subject: 'access-pass' }), []);
  assert.deepEqual(iminEventTypes(Object.values(iminEvents), account), Object.keys(iminEvents));
});
