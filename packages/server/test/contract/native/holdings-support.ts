import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { catalogueApi } from './catalogue-support.ts';
import { nativeApi, unique } from './support.ts';

/** Short ways to what tests of what accounts hold start with; each asserts that it was done. */
export function holdingsApi(server: TestServer) {
  const api = nativeApi(server);
  const catalogue = catalogueApi(server);
  const post = async (url: string, body: unknown, status: number): Promise<TestResponse> => {
    const response = await server.send('POST', url, body === undefined ? {} : { body });
    assert.equal(response.status, status, response.text);
    return response;
  };
  /** URL of a new account. */
  const account = async (members: object = {}): Promise<string> =>
    `/v1/accounts/${(await api.account(members)).identifier}`;
  /** URI of a new type. */
  const type = async (members: object = {}): Promise<string> => {
    const { body } = await server.send('GET', await catalogue.type(members));
    return body.uri;
  };
  return {
    account,
    type,
    namespace: catalogue.namespace,
    /** URL of a new entitlement. */
    grant: async (url: string, members: object = {}): Promise<string> => {
      const entitlementType = 'entitlementType' in members ? members.entitlementType : await type();
      const { body } = await post(`${url}/entitlements`, { ...members, entitlementType }, 201);
      return `${url}/entitlements/${body.id}`;
    },
    /** URL of a new pass. */
    pass: async (url: string, members: object = {}): Promise<string> => {
      const { body } = await post(`${url}/access-passes`, { text: unique('CARD-'), ...members }, 201);
      return `${url}/access-passes/${body.id}`;
    },
    /** URL of a new action. */
    action: async (url: string, members: object = {}): Promise<string> => {
      const body = { kind: 'debt', name: 'Pay the fee', ...members };
      return `${url}/outstanding-actions/${(await post(`${url}/outstanding-actions`, body, 201)).body.id}`;
    },
    post,
    get: async (url: string): Promise<TestResponse> => {
      const response = await server.send('GET', url);
      assert.equal(response.status, 200, response.text);
      return response;
    },
  };
}

/** What happened to an account, newest first: events and who did what. */
export async function changesOf(server: TestServer, url: string): Promise<Record<string, unknown>[]> {
  return server.database.query(
    `select c.version::int, c.members, c.events, a.operation from change c
     join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number
     join account t on t.organisation_id = c.organisation_id and t.number = c.account_number
     where t.identifier = $1 order by c.number desc`,
    [decodeURIComponent(url.split('/').at(-1) as string)],
  );
}
