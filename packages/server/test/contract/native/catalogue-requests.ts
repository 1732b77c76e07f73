import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { catalogueApi, scheme } from './catalogue-support.ts';
import { unique } from './support.ts';

type Request = { url: string; body?: unknown };
type Sender = (operationId: string, different?: Partial<Request>) => Promise<TestResponse>;

/** For every route of the catalogue a request that succeeds, made afresh each time. */
export function catalogueRequests(server: TestServer): Record<string, () => Promise<Request>> {
  const api = catalogueApi(server);
  const lists = '/v1/entitlement-lists';
  return {
    listEntitlementLists: async () => ({ url: lists }),
    createEntitlementList: async () => ({ url: lists, body: { slug: unique('made-'), title: 'Made' } }),
    readEntitlementList: async () => ({ url: await api.list() }),
    changeEntitlementList: async () => ({ url: await api.list(), body: { title: 'Changed' } }),
    importEntitlementList: async () => ({
      url: `${lists}/import`,
      body: scheme(`https://schemes.example.org/${unique('made-')}`, { a: 'A' }),
    }),
    listEntitlementTypes: async () => ({ url: `${await api.list()}/types` }),
    createEntitlementType: async () => ({ url: `${await api.list()}/types`, body: { label: 'Made' } }),
    readEntitlementType: async () => ({ url: await api.type() }),
    changeEntitlementType: async () => ({ url: await api.type(), body: { label: 'Changed' } }),
    listPassNamespaces: async () => ({ url: '/v1/pass-namespaces' }),
    createPassNamespace: async () => ({ url: '/v1/pass-namespaces', body: { name: unique('made-') } }),
    readPassNamespace: async () => ({ url: await api.namespace() }),
    changePassNamespace: async () => ({ url: await api.namespace(), body: { minLength: 2 } }),
    deletePassNamespace: async () => ({ url: await api.namespace() }),
    readOrganisation: async () => ({ url: '/v1/organisation' }),
    changeOrganisation: async () => ({ url: '/v1/organisation', body: { evidenceRetentionDays: 9 } }),
  };
}

/** How routes of the catalogue come to statuses of their own. */
export function catalogueStatuses(
  server: TestServer,
  as: Sender,
): Record<string, Record<number, () => Promise<TestResponse>>> {
  const api = catalogueApi(server);
  const known = (url: () => Promise<string>) => async () =>
    server.send('GET', await url(), { headers: { 'if-none-match': '*' } });
  return {
    createEntitlementList: {
      409: async () => {
        const slug = (await api.list()).split('/').at(-1);
        return as('createEntitlementList', { body: { slug, title: 'Again' } });
      },
    },
    readEntitlementList: { 304: known(() => api.list()) },
    importEntitlementList: {
      200: async () => {
        const body = scheme(`https://schemes.example.org/${unique('again-')}`, { a: 'A' });
        assert.equal((await api.import(body)).status, 201);
        return api.import(body);
      },
      409: async () => {
        const slug = (await api.list()).split('/').at(-1);
        return api.import(scheme(`https://schemes.example.org/${unique('clash-')}`, { a: 'A' }), `?slug=${slug}`);
      },
      413: () => as('importEntitlementList', { body: ' '.repeat(4 * 1024 * 1024 + 1) }),
    },
    createEntitlementType: {
      409: async () => {
        const [url, id] = (await api.type()).split('/types/') as [string, string];
        return as('createEntitlementType', { url: `${url}/types`, body: { id, label: 'Again' } });
      },
    },
    readEntitlementType: { 304: known(() => api.type()) },
    createPassNamespace: { 409: () => as('createPassNamespace', { body: { name: 'card' } }) },
    readPassNamespace: { 304: known(() => api.namespace()) },
    deletePassNamespace: { 409: () => as('deletePassNamespace', { url: '/v1/pass-namespaces/card' }) },
    readOrganisation: { 304: known(async () => '/v1/organisation') },
  };
}
