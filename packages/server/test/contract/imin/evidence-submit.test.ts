import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { filePart, handmade, multipart } from '../../http/upload-forms.ts';
import { assertError, decided, gone, keyReused, notFound } from './contract-errors.ts';
import { pdf, startHoldingsBroker } from './holdings-support.ts';
import { pointers } from './support.ts';

const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const student = await broker.type({ evidence: 'after', label: 'Student', evidenceName: 'Send proof of study' });
type Part = [header: string, content: string | Buffer];
const file: Part = [filePart(), pdf];
const text = (name: string, content: string): Part => [`Content-Disposition: form-data; name="${name}"`, content];
const ns = 'https://accounts.example.com/openactive/ns';

/** An account that has to send proof, and the id of the request. */
async function asked(type = student): Promise<{ identifier: string; id: string }> {
  const identifier = await broker.account();
  const { entitlement } = await broker.grant(identifier, { type });
  return { identifier, id: entitlement[0]?.evidence?.id as string };
}

const path = ({ identifier, id }: { identifier: string; id: string }) =>
  `/customer-accounts/${identifier}/evidence-requests/${id}/submissions`;
const send = (request: { identifier: string; id: string }, parts: Part[], headers: Record<string, string> = {}) =>
  broker.call('POST', path(request), { body: handmade(...parts), headers: { ...multipart, ...headers } });

async function filesOf({ identifier, id }: { identifier: string; id: string }): Promise<number> {
  const { evidence } = (await broker.history(identifier)).find((one) => one.evidence?.id === id) ?? {};
  return evidence?.files?.length ?? 0;
}

describe('POST /customer-accounts/:id/evidence-requests/:evidenceId/submissions', () => {
  it('200 the item, submitted; the account shows it so', async () => {
    const request = await asked();
    const { identifier, id } = request;
    broker.clock.now = new Date('2026-11-22T18:03:40Z');
    const response = await send(request, [file, text('note', ' Both sides. ')]);
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(response.body, {
      '@type': 'Action',
      '@id': `https://accounts.example.com/api/v2/customer-accounts/${identifier}/evidence-requests/${id}`,
      identifier: id,
      additionalType: 'https://schema.org/SendAction',
      name: 'Send proof of study',
      actionStatus: 'https://schema.org/ActiveActionStatus',
      startTime: '2026-11-21T09:00:00Z',
      endTime: '2026-12-05T00:00:00Z',
      object: {
        '@type': 'Entitlement',
        entitlementType: { id: broker.uri(student), type: 'Concept', prefLabel: 'Student' },
      },
      'tessera:evidenceState': 'submitted',
      'tessera:submittedAt': '2026-11-22T18:03:40Z',
    });
    const { entitlement } = await broker.held(identifier);
    assert.equal(entitlement.evidenceRequestAction['tessera:evidenceState'], 'submitted');
    const [stored] = await broker.history(identifier);
    assert.equal(stored?.evidence?.note, 'Both sides.');
    assert.equal(await filesOf(request), 1);
    broker.clock.now = new Date('2026-11-21T09:00:00Z');
  });

  it('200 up to five files at once, and more while it waits for its decision', async () => {
    const request = await asked();
    assert.equal((await send(request, Array(5).fill(file))).status, 200);
    assert.equal((await send(request, [file])).status, 200);
    assert.equal(await filesOf(request), 6);
  });

  it('400 from the 21st file on; nothing is taken', async () => {
    const request = await asked();
    for (let times = 0; times < 4; times += 1) await send(request, Array(5).fill(file));
    const response = await send(request, [file]);
    assert.equal(response.status, 400);
    assert.equal(response.body.additionalType, `${ns}#InvalidRequest`);
    assert.equal(response.body.description, 'An evidence request takes 20 files in all.');
    assert.equal(await filesOf(request), 20);
  });

  it('200 for proof that is asked for before, also of other lists', async () => {
    for (const type of [
      await broker.type({ evidence: 'before' }),
      await broker.type({ evidence: 'before' }, 'staff'),
    ]) {
      assert.equal((await send(await asked(type), [file])).status, 200);
    }
  });

  it('200 once under an Idempotency-Key: replayed for the same parts, 422 for others', async () => {
    const request = await asked();
    const key = { 'idempotency-key': 'submission-1' };
    const first = await send(request, [file], key);
    const again = await send(request, [file], key);
    assert.deepEqual([again.status, again.text], [200, first.text]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(await filesOf(request), 1);
    assertError(await send(request, [file, file], key), keyReused);
    assertError(await send(request, [file, text('note', 'x')], key), keyReused);
    await broker.call('DELETE', `/customer-accounts/${request.identifier}`);
    assertError(await send(request, [file], key), gone);
  });

  it('400 for forms that are none of this, naming the part', async () => {
    const request = await asked();
    const picture: Part = [filePart(), 'GIF89a'];
    const cases: [Part[], string][] = [
      [[], '/file'],
      [[text('note', 'x')], '/file'],
      [Array(6).fill(file), '/file'],
      [[file, text('note', 'x'.repeat(1001))], '/note'],
      [[file, text('title', 'x')], '/title'],
      [[file, picture], '/file/1'],
    ];
    for (const [parts, pointer] of cases) {
      const response = await send(request, parts);
      assert.equal(response.status, 400, response.text);
      assert.equal(response.body['@type'], 'OpenBookingError');
      assert.equal(response.body.additionalType, `${ns}#InvalidRequest`);
      assert.deepEqual(pointers(response), [pointer]);
    }
    const cut = { body: handmade(file).subarray(0, -8), headers: multipart };
    assert.equal((await broker.call('POST', path(request), cut)).status, 400);
    assert.equal(await filesOf(request), 0);
  });

  it('409 E17 once it is decided, and when it is expired or withdrawn', async () => {
    const [approved, rejected, overdue, withdrawn] = [await asked(), await asked(), await asked(), await asked()];
    for (const request of [approved, rejected]) await send(request, [file]);
    await broker.decide(approved.identifier, student, true);
    await broker.decide(rejected.identifier, student, false);
    for (const request of [approved, rejected]) assertError(await send(request, [file]), decided);

    await broker.call('DELETE', `/customer-accounts/${withdrawn.identifier}/entitlement`);
    const gone = await send(withdrawn, [file]);
    assertError(gone, { ...decided, description: 'The evidence request was withdrawn.' } as typeof decided);
    broker.clock.now = new Date('2026-12-05T00:00:00Z');
    const late = await send(overdue, [file]);
    assertError(late, {
      ...decided,
      description: 'The deadline of the evidence request has passed.',
    } as typeof decided);
    broker.clock.now = new Date('2026-11-21T09:00:00Z');
  });

  it('413 for a file of more than 10 MiB, 200 for one of as much', async () => {
    const request = await asked();
    const head = Buffer.from('%PDF-1.7\n');
    const sized = (size: number): Part[] => [
      [filePart(), Buffer.concat([head, Buffer.alloc(size - head.length - pdf.length), pdf])],
    ];
    const over = await send(request, sized(10 * 1024 * 1024 + 1));
    assert.equal(over.status, 413);
    assert.equal(over.body.description, 'A file may have at most 10485760 bytes.');
    assert.equal((await send(request, sized(10 * 1024 * 1024))).status, 200);
  });

  it('415 for other media types', async () => {
    const request = await asked();
    for (const type of ['application/json', 'application/pdf', 'application/x-www-form-urlencoded']) {
      const response = await send(request, [file], { 'content-type': type });
      assert.equal(response.status, 415, type);
      assert.equal(response.body.additionalType, `${ns}#UnsupportedMediaType`);
    }
  });

  it('400 for the account of a deactivated customer', async () => {
    const request = await asked();
    const { customer } = await broker.stored(request.identifier);
    await deactivateCustomer(broker.store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
    const response = await send(request, [file]);
    assert.equal(response.status, 400);
    assert.equal(response.body['@type'], 'UpdateFailedError');
  });

  it('404 for requests that are unknown, of another account, or of hidden types; 410 for an erased account', async () => {
    const [one, other] = [await asked(), await asked()];
    const hidden = await asked(await broker.type({ evidence: 'after', hidden: true }));
    for (const request of [{ identifier: one.identifier, id: other.id }, { ...one, id: 'none' }, hidden]) {
      assert.equal((await send(request, [file])).status, 404);
    }
    assertError(await send({ ...one, identifier: 'unknown' }, [file]), notFound);
    await broker.call('DELETE', `/customer-accounts/${one.identifier}`);
    assertError(await send(one, [file]), gone);
  });
});
