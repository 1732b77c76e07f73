import { Type } from 'typebox';
import type { PassNamespace as StoredNamespace } from '#domain/pass-namespace.ts';
import type { Call } from '#http/call.ts';
import { ifMatch, unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { changePassNamespace } from '#operations/pass-namespaces/change.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { deletePassNamespace } from '#operations/pass-namespaces/delete.ts';
import { listPassNamespaces } from '#operations/pass-namespaces/list.ts';
import { readPassNamespace } from '#operations/pass-namespaces/read.ts';
import { editOf, limitOf, page, slugPageQuery } from './catalogue-pages.ts';
import { catalogueTag, namespaceAnswer, renderNamespace } from './catalogue-render.ts';
import { catalogueCreates, catalogueDeletes, cataloguePatches, catalogueReads } from './catalogue-responses.ts';
import { idempotencyHeader, ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { NewPassNamespace, PassNamespace, PassNamespaceList, PassNamespacePatch } from './pass-namespace-schema.ts';
import { listResponses } from './responses.ts';

const tag = 'Pass namespaces';
const nameParam = Type.Object({ name: Type.String({ description: 'name of the namespace' }) });
const namespaceDefaults = {
  isDefault: false,
  minLength: 1,
  maxLength: 128,
  checkDigit: 'none',
  codeType: 'qrcode',
  maxActivePerAccount: 50,
};

export const passNamespaceRoutes: Route[] = [
  {
    method: 'GET',
    path: '/pass-namespaces',
    operationId: 'listPassNamespaces',
    summary: 'List the pass namespaces, by name',
    tag,
    scope: 'catalogue:read',
    query: slugPageQuery,
    responses: listResponses(PassNamespaceList),
    handler: async (call) => {
      const { store, actor, query } = call;
      const { namespaces, more } = await listPassNamespaces(store, actor, query.cursor, limitOf(call));
      const cursor = more ? namespaces.at(-1)?.name : undefined;
      return { status: 200, body: page(call, '/pass-namespaces', namespaces.map(renderNamespace), cursor) };
    },
  },
  {
    method: 'POST',
    path: '/pass-namespaces',
    operationId: 'createPassNamespace',
    summary: 'Create a pass namespace',
    tag,
    scope: 'catalogue:write',
    headers: idempotencyHeader,
    body: NewPassNamespace,
    responses: catalogueCreates(PassNamespace),
    handler: async ({ store, actor, body, keep }) => {
      const render = (namespace: StoredNamespace) => namespaceAnswer(actor, 201, namespace);
      return render(await createPassNamespace(store, actor, body, keep(render)));
    },
  },
  {
    method: 'GET',
    path: '/pass-namespaces/:name',
    operationId: 'readPassNamespace',
    summary: 'Read a pass namespace',
    tag,
    scope: 'catalogue:read',
    params: nameParam,
    headers: ifNoneMatchHeader,
    responses: catalogueReads(PassNamespace),
    handler: async (call) => {
      const namespace = await readPassNamespace(call.store, call.actor, call.params.name as string);
      return unlessKnown(call, namespaceAnswer(call.actor, 200, namespace));
    },
  },
  {
    method: 'PATCH',
    path: '/pass-namespaces/:name',
    operationId: 'changePassNamespace',
    summary: 'Change a pass namespace by JSON Merge Patch',
    description: 'With `isDefault: true` it becomes the default one, and the one that was it no longer is.',
    tag,
    scope: 'catalogue:write',
    params: nameParam,
    headers: ifMatchHeader,
    body: PassNamespacePatch,
    consumes: mergePatchTypes,
    responses: cataloguePatches(PassNamespace),
    handler: async (call) => {
      const { store, actor, params, body } = call;
      const change = { edit: editOf(body, namespaceDefaults), ifMatch: namespaceMatch(call) };
      return namespaceAnswer(actor, 200, await changePassNamespace(store, actor, params.name as string, change));
    },
  },
  {
    method: 'DELETE',
    path: '/pass-namespaces/:name',
    operationId: 'deletePassNamespace',
    summary: 'Delete a pass namespace that has no passes and is not the default one',
    tag,
    scope: 'catalogue:write',
    params: nameParam,
    headers: ifMatchHeader,
    responses: catalogueDeletes(),
    handler: async (call) => {
      await deletePassNamespace(call.store, call.actor, call.params.name as string, namespaceMatch(call));
      return { status: 204 };
    },
  },
];

function namespaceMatch(call: Call) {
  return ifMatch(call, (namespace: StoredNamespace) => [catalogueTag(namespace)]);
}
