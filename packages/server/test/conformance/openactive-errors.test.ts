import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { refuse } from '#dialects/openactive/errors.ts';
import type { RefusalReason } from '#domain/refusal.ts';
import { base, startTester } from '../contract/openactive/support.ts';
import { failuresOf, findingsOf } from '../support/openactive-validator.ts';

/*
 * OpenActive's own validator finds no failure in any error (openactive.md 6, C4).
 */

const mode = 'OpenBookingError';

/** One refusal of every kind, so that a new kind cannot be forgotten. */
const reasons: { [K in RefusalReason['kind']]: Extract<RefusalReason, { kind: K }> } = {
  malformed: { kind: 'malformed', message: 'is a duplicate member', path: ['<b>&copy'] },
  invalid: { kind: 'invalid', faults: [{ path: ['customer', 'a&ltb'], code: 'unknown', message: 'unknown member' }] },
  'missing-credentials': { kind: 'missing-credentials' },
  'bad-credentials': { kind: 'bad-credentials', message: 'The key is unknown or revoked.' },
  scope: { kind: 'scope', scope: 'openactive-customeraccount-query' },
  'foreign-organisation': { kind: 'foreign-organisation' },
  'rate-limit': { kind: 'rate-limit', retryAfter: 7, policy: 'client-second' },
  'unknown-route': { kind: 'unknown-route' },
  method: { kind: 'method', allow: ['GET', 'HEAD'] },
  'not-acceptable': { kind: 'not-acceptable', offered: ['application/ld+json', 'application/json'] },
  'media-type': { kind: 'media-type', accepted: ['application/ld+json', 'application/json'] },
  'too-large': { kind: 'too-large', limit: 65536 },
  'uri-too-long': { kind: 'uri-too-long' },
  'not-found': { kind: 'not-found', subject: 'account' },
  gone: { kind: 'gone', subject: 'account' },
  'identifier-erased': { kind: 'identifier-erased' },
  precondition: { kind: 'precondition' },
  taken: { kind: 'taken', key: 'email' },
  'other-content': { kind: 'other-content' },
  passive: { kind: 'passive' },
  personnel: { kind: 'personnel' },
  'too-many-accounts': { kind: 'too-many-accounts', limit: 1000 },
  'too-many': { kind: 'too-many', what: 'passes', limit: 50 },
  'evidence-state': { kind: 'evidence-state', state: 'approved' },
  'pass-state': { kind: 'pass-state', state: 'active' },
  ended: { kind: 'ended', subject: 'entitlement', state: 'revoked' },
  exists: { kind: 'exists', subject: 'entitlement-list', member: 'slug' },
  'catalogue-state': { kind: 'catalogue-state', why: 'adopted-list' },
  'changes-pruned': { kind: 'changes-pruned', prunedTo: 100, newest: 4711 },
  'history-pruned': { kind: 'history-pruned', since: '2026-05-01T00:00:00.000Z' },
  'too-many-subscriptions': { kind: 'too-many-subscriptions', limit: 50 },
  'subscription-disabled': { kind: 'subscription-disabled' },
  'idempotency-reused': { kind: 'idempotency-reused' },
  'idempotency-busy': { kind: 'idempotency-busy' },
  'idempotency-erased': { kind: 'idempotency-erased' },
  unavailable: { kind: 'unavailable', retryAfter: 30 },
  internal: { kind: 'internal' },
};

function errorFor(reason: RefusalReason, method = 'GET'): object {
  const request = { method, headers: {} } as FastifyRequest;
  const call = {
    request,
    publicUrl: base,
    baseUrl: base,
    requestId: '01a1fd11-008a-7000-8000-000000000001',
    correlationId: 'c',
    now: new Date(),
  };
  return refuse(reason, call).body as object;
}

/** No failure, and no warning but that the base class is used where no other fits. */
async function assertConforming(error: object): Promise<void> {
  assert.deepEqual(await failuresOf(error, { mode }), []);
  const warnings = (await findingsOf(error, { mode }))
    .filter(({ severity }) => severity === 'warning')
    .map(({ type }) => type);
  const isBase = (error as { '@type': string })['@type'] === 'OpenBookingError';
  assert.deepEqual(warnings, isBase ? ['wrong_base_type'] : []);
}

for (const [kind, reason] of Object.entries(reasons)) {
  test(`C4: ${kind}`, () => assertConforming(errorFor(reason)));
}

for (const code of ['unknown', 'fixed', 'incomplete', 'format']) {
  test(`C4: a PATCH with a fault of the kind ${code}`, () =>
    assertConforming(
      errorFor({ kind: 'invalid', faults: [{ path: ['customer', 'x'], code, message: 'is not right' }] }, 'PATCH'),
    ));
}

test('C4: errors as they are served', async () => {
  const { account, put, send } = await startTester();
  const erased = await put();
  await account('DELETE', erased);
  const answers = await Promise.all([
    account('GET', erased),
    account('GET', 'UNKNOWN-1'),
    account('GET', 'UNKNOWN-1', { key: null }),
    account('GET', 'UNKNOWN-1', { key: 'nonsense' }),
    account('PUT', 'NEW-1', { body: {} }),
    account('PUT', 'NEW-1', { body: { '<script>': 1, customer: { 'M&Mu': 1 } } }),
    account('PATCH', 'NEW-1', { body: { '<script>': 1 } }),
    send('GET', '/openactive/%3Cb%3E'),
    send('GET', '/openactive/customer-accounts?%3Cb%3E=1'),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [410, 404, 403, 401, 400, 400, 400, 404, 400],
  );
  for (const { body } of answers) await assertConforming(body);
});
