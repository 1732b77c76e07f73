import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { type FormFile, uploadOf } from '../../support/upload.ts';
import { holdingsApi } from './holdings-support.ts';

/** Enough of a PDF document to be taken for one. */
export const pdf = Buffer.from('%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n');

/** How proof comes to be asked for: by the policy of the type, or by an operator. */
export type Policy = 'before' | 'after' | 'operator';

/** A request for proof, by URLs; `page`: path of the customer's page. */
export type Asked = { account: string; entitlement: string; request: string; page: string };

/** Short ways to what tests of evidence start with; each asserts that it was done. */
export function evidenceApi(server: TestServer) {
  const api = holdingsApi(server);
  const read = async (url: string) => (await api.get(url)).body;
  return {
    ...api,
    read,
    /** An account with an entitlement for which proof is asked. */
    asked: async (
      policy: Policy,
      { type = {}, grant = {}, account = {} }: { type?: object; grant?: object; account?: object } = {},
    ): Promise<Asked> => {
      const url = await api.account(account);
      const evidence = policy === 'operator' ? 'none' : policy;
      const entitlement = await api.grant(url, { entitlementType: await api.type({ evidence, ...type }), ...grant });
      if (policy === 'operator') await api.post(`${entitlement}/evidence-requests`, undefined, 201);
      const { id } = (await read(entitlement)).evidenceRequest;
      const request = `/v1/evidence-requests/${id}`;
      return { account: url, entitlement, request, page: new URL((await read(request)).target).pathname };
    },
    /** Sends files as proof. */
    submit: async (
      request: string,
      files: readonly FormFile[] = [pdf],
      texts: Record<string, string> = {},
      more: { headers?: Record<string, string>; key?: string } = {},
    ): Promise<TestResponse> => {
      const { body, headers } = await uploadOf(files, texts);
      const { key } = more;
      return server.send('POST', `${request}/submissions`, { body, headers: { ...headers, ...more.headers }, key });
    },
    /** Takes a step that needs no files. */
    step: (request: string, step: 'approve' | 'reject' | 'withdraw', headers: Record<string, string> = {}) => {
      const body = { reason: `Because of ${step}` };
      return server.send('POST', `${request}/${step}`, { body, headers });
    },
  };
}

/** Asserts a success, and returns its body. */
export function done(response: TestResponse, status = 200): TestResponse['body'] {
  assert.equal(response.status, status, response.text);
  return response.body;
}
