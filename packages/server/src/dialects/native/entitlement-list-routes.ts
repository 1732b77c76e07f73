import { Type } from 'typebox';
import type { EntitlementList as StoredList } from '#domain/entitlement-list.ts';
import { ifMatch, unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { changeEntitlementList } from '#operations/entitlement-lists/change.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { listEntitlementLists } from '#operations/entitlement-lists/list.ts';
import { readEntitlementList } from '#operations/entitlement-lists/read.ts';
import { editOf, limitOf, page, slugPageQuery } from './catalogue-pages.ts';
import { catalogueTag, listAnswer, renderList, uriTag } from './catalogue-render.ts';
import { catalogueCreates, cataloguePatches, catalogueReads } from './catalogue-responses.ts';
import {
  EntitlementList,
  EntitlementListList,
  EntitlementListPatch,
  NewEntitlementList,
} from './entitlement-list-schema.ts';
import { idempotencyHeader, ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { listResponses } from './responses.ts';

const tag = 'Entitlement lists';

/** A list's slug in a path. */
export const listParam = Type.Object({ list: Type.String({ description: 'slug of the list' }) });

export const entitlementListRoutes: Route[] = [
  {
    method: 'GET',
    path: '/entitlement-lists',
    operationId: 'listEntitlementLists',
    summary: 'List the entitlement lists, by slug',
    tag,
    scope: 'catalogue:read',
    query: slugPageQuery,
    responses: listResponses(EntitlementListList),
    handler: async (call) => {
      const { store, actor, query } = call;
      const { lists, more } = await listEntitlementLists(store, actor, query.cursor, limitOf(call));
      const items = lists.map((list) => renderList(actor, list));
      return { status: 200, body: page(call, '/entitlement-lists', items, more ? lists.at(-1)?.slug : undefined) };
    },
  },
  {
    method: 'POST',
    path: '/entitlement-lists',
    operationId: 'createEntitlementList',
    summary: 'Create an entitlement list',
    tag,
    scope: 'catalogue:write',
    headers: idempotencyHeader,
    body: NewEntitlementList,
    responses: catalogueCreates(EntitlementList),
    handler: async ({ store, actor, body, keep }) => {
      const render = (list: StoredList) => listAnswer(actor, 201, list);
      return render(await createEntitlementList(store, actor, body, keep(render)));
    },
  },
  {
    method: 'GET',
    path: '/entitlement-lists/:list',
    operationId: 'readEntitlementList',
    summary: 'Read an entitlement list',
    description: 'Its entity tag changes with its types too.',
    tag,
    scope: 'catalogue:read',
    params: listParam,
    headers: ifNoneMatchHeader,
    responses: catalogueReads(EntitlementList),
    handler: async (call) => {
      const list = await readEntitlementList(call.store, call.actor, call.params.list as string);
      return unlessKnown(call, listAnswer(call.actor, 200, list));
    },
  },
  {
    method: 'PATCH',
    path: '/entitlement-lists/:list',
    operationId: 'changeEntitlementList',
    summary: 'Change an entitlement list by JSON Merge Patch',
    description:
      'Lists are not deleted, because ids of their types are kept elsewhere: take one back with `published`.',
    tag,
    scope: 'catalogue:write',
    params: listParam,
    headers: ifMatchHeader,
    body: EntitlementListPatch,
    consumes: mergePatchTypes,
    responses: cataloguePatches(EntitlementList),
    handler: async (call) => {
      const { store, actor, params, body } = call;
      const change = {
        edit: editOf(body, { published: true }),
        ifMatch: ifMatch(call, (list: StoredList) => [catalogueTag(list), uriTag(actor, list)]),
      };
      return listAnswer(actor, 200, await changeEntitlementList(store, actor, params.list as string, change));
    },
  },
];
