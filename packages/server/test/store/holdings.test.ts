import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '#domain/account.ts';
import { withRequest } from '#domain/evidence-steps.ts';
import { newEvidence, revoked } from '#domain/grant.ts';
import { withoutPasses, withPass } from '#domain/pass-changes.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { Refusal } from '#domain/refusal.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { propagateTypes } from '#operations/entitlement-types/propagate.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { deletePassNamespace } from '#operations/pass-namespaces/delete.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { accountOf, assign, grant, typeOf } from '../support/holdings.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, organisation } = await startTestStore();
const actor = actorOf(organisation, new Date('2026-11-21T09:00:00Z'));
const adult = await typeOf(store, actor, { label: 'Adult Resident' });
const student = await typeOf(store, actor, { label: 'Student', evidence: 'after', evidenceDeadlineDays: 14 });

const rows = (sql: string) => database.query(sql, [organisation.id]);
const heldTables = ['entitlement', 'entitlement_revision', 'evidence_request', 'access_pass', 'outstanding_action'];

test('a grant is in the document, in its tables and in the log, by one commit', async () => {
  await accountOf(store, actor, 'grant');
  const account = await grant(store, actor, 'grant', {
    type: student,
    validUntil: '2027-11-21',
    reason: 'at the desk',
  });
  const [held] = account.entitlement;
  assert.equal(account.version, 2);
  assert.equal(account.nextBoundary, '2026-12-05');
  assert.equal(held?.evidence?.due, '2026-12-05');
  const { document } = (await store.accounts.find(organisation.id, 'grant')) as { document: { account: object } };
  assert.deepEqual(document.account, account);
  const [change] = await rows('select * from change where organisation_id = $1 order by number desc limit 1');
  assert.deepEqual(change?.events, ['evidence.requested', 'entitlement.granted']);
  assert.deepEqual(change?.members, ['entitlement']);
  const [row] = await rows(`select *, next_boundary::text as boundary from entitlement e
    join account a on a.organisation_id = $1 and a.number = e.account_number where e.organisation_id = $1 and a.identifier = 'grant'`);
  assert.equal(row?.boundary, '2026-12-05');
});

test('every former state of an entitlement stays readable', async () => {
  await accountOf(store, actor, 'past');
  await grant(store, actor, 'past', { type: adult, reason: 'first' });
  const later = actorOf(organisation, new Date('2026-11-22T09:00:00Z'));
  const edit = (account: Account) => ({
    ...account,
    entitlement: account.entitlement.map((one) => revoked(one, 'moved away', later)),
  });
  const { account, aggregate } = await editAccount(store, later, 'past', { operation: 'entitlements.revoke', edit });
  assert.deepEqual(account.entitlement, []);
  await grant(store, later, 'past', { type: adult, reason: 'came back' });
  const owner = {
    organisationId: organisation.id,
    customerNumber: aggregate.customer.number,
    accountNumber: account.number,
  };
  const all = await store.held.entitlements(owner);
  assert.deepEqual(
    all.map(({ state, reason, endedOn }) => [state, reason, endedOn]),
    [
      ['revoked', 'moved away', '2026-11-22'],
      ['active', 'came back', undefined],
    ],
  );
  const revisions = await store.held.revisions(owner);
  assert.deepEqual(
    revisions.get(all[0]?.id as string)?.map(({ revision, state, reason }) => [revision, state, reason]),
    [
      [1, 'active', 'first'],
      [2, 'revoked', 'moved away'],
    ],
  );
});

test('a pass text belongs to one account, whoever asks first, on two servers', async () => {
  const identifiers = [...Array(12).keys()].map((index) => `racer-${index}`);
  for (const identifier of identifiers) await accountOf(store, actor, identifier);
  const results = await inParallel(12, 12, (index) =>
    assign(index % 2 ? store : other, actor, identifiers[index] as string, 'NM0042170'),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    assert.ok(result.reason instanceof Refusal, String(result.reason));
    assert.deepEqual(result.reason.reason, {
      kind: 'taken',
      key: 'accessPass',
      pass: { namespace: 'card', text: 'NM0042170' },
    });
  }
});

test('a retired text stays the account’s: nobody else gets it, the account does', async () => {
  await accountOf(store, actor, 'first');
  await accountOf(store, actor, 'second');
  await assign(store, actor, 'first', 'RETIRED-1');
  const retire = {
    operation: 'access-passes.retire',
    edit: (account: Account) => withoutPasses(account, () => true, 'lost', actor),
  };
  await editAccount(store, actor, 'first', retire);
  await assert.rejects(assign(store, actor, 'second', 'RETIRED-1'), /taken/);
  const account = await assign(store, actor, 'first', 'RETIRED-1');
  assert.equal(account.accessPass.length, 1);
  await editAccount(store, actor, 'first', {
    ...retire,
    edit: (one) => withoutPasses(one, () => true, 'again', actor),
  });
  await assign(store, actor, 'first', 'RETIRED-1');
  const { customerNumber, number } = account;
  const all = await store.accessPasses.ofAccount(organisation.id, customerNumber, number);
  assert.deepEqual(
    all.map(({ state, reason }) => [state, reason]),
    [
      ['retired', 'lost'],
      ['retired', 'again'],
      ['active', undefined],
    ],
  );
  assert.equal(new Set(all.map(({ id }) => id)).size, 3);
});

test('a namespace that is deleted while a pass is being assigned: the pass is decided on anew', async () => {
  await accountOf(store, actor, 'late');
  await createPassNamespace(store, actor, { name: 'short-lived' });
  const namespace = (await store.passNamespaces.find(organisation.id, 'short-lived')) as PassNamespace;
  let tries = 0;
  const edit = async (account: Account) => {
    tries += 1;
    if (tries > 1) return account;
    await deletePassNamespace(other, actor, 'short-lived');
    return withPass(account, { namespace, text: 'LATE-1' }, actor);
  };
  const { account } = await editAccount(store, actor, 'late', { operation: 'test', edit });
  assert.deepEqual([tries, account.accessPass], [2, []]);
});

test('a scan is resolved by one read; other organisations’ texts are not there', async () => {
  await accountOf(store, actor, 'gate');
  await assign(store, actor, 'gate', '0061200');
  const found = await store.accessPasses.find(organisation.id, 'card', '0061200');
  assert.ok(found?.state === 'active');
  assert.equal(found.document.account.identifier, 'gate');
  assert.equal(await store.accessPasses.find(organisation.id, 'card', '61200'), undefined);
});

test('a label that changes while it is granted is carried to every account, once', async () => {
  const type = await typeOf(store, actor, { label: 'Before' });
  const identifiers = [...Array(30).keys()].map((index) => `label-${index}`);
  for (const identifier of identifiers) await accountOf(store, actor, identifier);
  let renamed: Promise<unknown> | undefined;
  const results = await inParallel(30, 10, async (index) => {
    if (index === 15)
      renamed = changeEntitlementType(other, actor, { list: 'residents', id: type.id }, { edit: { label: 'After' } });
    // Operations resolve the type in the edit, so that a stale one is read anew.
    const edit = async (account: Account) => {
      const [now] = await store.entitlementTypes.find(organisation.id, [{ number: type.number }]);
      const { anyGrant, withGrant } = await import('#domain/grant.ts');
      return withGrant(account, { type: now }, actor, anyGrant);
    };
    await editAccount(store, actor, identifiers[index] as string, { operation: 'entitlements.grant', edit });
  });
  await renamed;
  assert.deepEqual(
    results.filter(({ status }) => status === 'rejected'),
    [],
  );
  const behind = (await Promise.all(identifiers.map((one) => readAccount(store, actor, one)))).filter(
    ({ account }) => account.entitlement[0]?.type.label === 'Before',
  ).length;
  assert.equal(await propagateTypes(store, new Date()), behind);
  for (const identifier of identifiers) {
    const { account } = await readAccount(store, actor, identifier);
    assert.equal(account.entitlement[0]?.type.label, 'After');
    assert.equal(account.entitlement[0]?.revision, 1, 'a label is no change of the entitlement');
  }
  assert.equal(await propagateTypes(store, new Date()), 0);
});

test('deleting an account, or erasing its customer, takes everything it held', async () => {
  for (const [identifier, end] of [
    ['deleted', (one: string) => deleteAccount(store, actor, { identifier: one })],
    ['erased', (one: string) => eraseCustomer(store, actor, { identifier: one })],
  ] as const) {
    await accountOf(store, actor, identifier);
    await assign(store, actor, identifier, `${identifier}-1`);
    await grant(store, actor, identifier, { type: adult });
    const action = {
      id: '019d432a-149f-7c11-8a52-6f0d3b9e21c7',
      kind: 'debt',
      state: 'open',
      name: 'Pay',
      blocksBooking: true,
      createdAt: actor.now.toISOString(),
      createdBy: actor.name,
    } as const;
    const { account } = await editAccount(store, actor, identifier, {
      operation: 'test',
      edit: (one) => ({
        ...one,
        outstandingAction: [action],
        entitlement: one.entitlement.map((held) => withRequest(held, newEvidence(student, actor))),
      }),
    });
    const { number, customerNumber } = account;
    const file = { id: action.id, evidenceId: account.entitlement[0]?.evidence?.id as string };
    await database.query(
      `insert into evidence_file (organisation_id, customer_number, id, evidence_id, content_type, size, sealed, created_at) values ($1, $2, $3, $4, 'image/png', 1, '', now())`,
      [organisation.id, customerNumber, file.id, file.evidenceId],
    );
    const left = async () => {
      const counts = heldTables.map((table) =>
        database.query(`select count(*)::int as n from ${table} where organisation_id = $1 and customer_number = $2`, [
          organisation.id,
          customerNumber,
        ]),
      );
      const files = database.query(
        'select count(*)::int as n from evidence_file where organisation_id = $1 and customer_number = $2',
        [organisation.id, customerNumber],
      );
      return (await Promise.all([...counts, files])).map(([row]) => row?.n);
    };
    assert.deepEqual(await left(), [1, 1, 1, 1, 1, 1], `${number} holds one of each`);
    await end(identifier);
    assert.deepEqual(await left(), [0, 0, 0, 0, 0, 0]);
    await accountOf(store, actor, `${identifier}-next`);
    await assign(store, actor, `${identifier}-next`, `${identifier}-1`);
  }
});
