import assert from 'node:assert/strict';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { uploadOf } from '../../support/upload.ts';
import { done, evidenceApi, pdf } from './evidence-support.ts';
import { unique } from './support.ts';

type Request = { url: string; body?: unknown; headers?: Record<string, string> };
type Sender = (operationId: string, different?: Partial<Request>) => Promise<TestResponse>;

const large = 60 * 1024 * 1024;

/** For every route of evidence a request that succeeds, made afresh each time. */
export function evidenceRequests(server: TestServer): Record<string, () => Promise<Request>> {
  const api = evidenceApi(server);
  const requested = async () => (await api.asked('after')).request;
  const submitted = async () => {
    const request = await requested();
    done(await api.submit(request));
    return request;
  };
  const reason = { reason: 'because' };
  return {
    listEvidenceRequests: async () => ({ url: '/v1/evidence-requests' }),
    readEvidenceRequest: async () => ({ url: await requested() }),
    listEvidenceRequestsOfAccount: async () => ({ url: `${await api.account()}/evidence-requests` }),
    requestEvidence: async () => ({
      url: `${await api.grant(await api.account())}/evidence-requests`,
      body: { deadlineDays: 5 },
    }),
    submitEvidence: async () => ({ url: `${await requested()}/submissions`, ...(await uploadOf([pdf])) }),
    approveEvidence: async () => ({ url: `${await submitted()}/approve`, body: reason }),
    rejectEvidence: async () => ({ url: `${await submitted()}/reject`, body: reason }),
    withdrawEvidence: async () => ({ url: `${await requested()}/withdraw`, body: reason }),
    downloadEvidenceFile: async () => {
      const request = await submitted();
      return { url: `${request}/files/${(await api.read(request)).files[0].id}` };
    },
  };
}

/** How these routes come to statuses of their own. */
export function evidenceStatuses(
  server: TestServer,
  as: Sender,
): Record<string, Record<number, () => Promise<TestResponse>>> {
  const good = evidenceRequests(server);
  const api = evidenceApi(server);
  const made = (operationId: string) => (good[operationId] as () => Promise<Request>)();
  const decided = (operationId: string, step: string) => async () => {
    const { request } = await api.asked('after');
    done(await api.step(request, 'withdraw'));
    return as(operationId, { url: `${request}/${step}` });
  };
  const reused = (operationId: string) => async () => {
    const { url, body, headers } = await made(operationId);
    const key = { 'idempotency-key': unique('key-') };
    const first = await server.send('POST', url, { body, headers: { ...headers, ...key } });
    assert.ok(first.status === 200 || first.status === 201, first.text);
    const other = operationId === 'submitEvidence' ? await uploadOf([pdf, pdf]) : { body: { more: 1 }, headers: {} };
    return server.send('POST', url, { body: other.body, headers: { ...other.headers, ...key } });
  };
  const gone = async () => {
    const account = await api.account();
    assert.equal((await server.send('DELETE', account)).status, 204);
    return account;
  };
  return {
    readEvidenceRequest: { 304: () => as('readEvidenceRequest', { headers: { 'if-none-match': '*' } }) },
    listEvidenceRequestsOfAccount: {
      410: async () => server.send('GET', `${await gone()}/evidence-requests`),
    },
    requestEvidence: {
      409: async () => {
        const { url } = await made('requestEvidence');
        const { customerNumber } = await api.read(url.split('/').slice(0, 4).join('/'));
        const at = new Date('2030-01-01T00:00:00Z');
        await deactivateCustomer(server.store, actorOf(server.organisation), customerNumber, at, 'test');
        return as('requestEvidence', { url });
      },
      410: async () => as('requestEvidence', { url: `${await gone()}/entitlements/nobody/evidence-requests` }),
      422: reused('requestEvidence'),
    },
    submitEvidence: {
      409: decided('submitEvidence', 'submissions'),
      413: async () => as('submitEvidence', await uploadOf([Buffer.alloc(large)])),
      415: () => as('submitEvidence', { body: {}, headers: { 'content-type': 'application/json' } }),
      412: async () => {
        const { headers, ...request } = await made('submitEvidence');
        return as('submitEvidence', { ...request, headers: { ...headers, 'if-match': '"v999"' } });
      },
      422: reused('submitEvidence'),
    },
    approveEvidence: { 409: decided('approveEvidence', 'approve'), 422: reused('approveEvidence') },
    rejectEvidence: { 409: decided('rejectEvidence', 'reject'), 422: reused('rejectEvidence') },
    withdrawEvidence: { 409: decided('withdrawEvidence', 'withdraw'), 422: reused('withdrawEvidence') },
  };
}
