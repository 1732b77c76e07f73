import { Type } from 'typebox';
import type { EntitlementType as StoredType } from '#domain/entitlement-list.ts';
import { ifMatch, unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { createEntitlementType } from '#operations/entitlement-types/create.ts';
import { listEntitlementTypes } from '#operations/entitlement-types/list.ts';
import { readEntitlementType } from '#operations/entitlement-types/read.ts';
import { editOf, limitOf, page, pageQuery } from './catalogue-pages.ts';
import { catalogueTag, renderType, typeAnswer, uriTag } from './catalogue-render.ts';
import { catalogueCreates, cataloguePatches, catalogueReads } from './catalogue-responses.ts';
import { listParam } from './entitlement-list-routes.ts';
import {
  EntitlementType,
  EntitlementTypeList,
  EntitlementTypePatch,
  NewEntitlementType,
} from './entitlement-list-schema.ts';
import { idempotencyHeader, ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { listResponses } from './responses.ts';

const tag = 'Entitlement lists';
const typeParams = Type.Object({ ...listParam.properties, id: Type.String({ description: 'id of the type' }) });
const typeDefaults = { hidden: false, evidence: 'none', evidenceDeadlineDays: 14 };

export const entitlementTypeRoutes: Route[] = [
  {
    method: 'GET',
    path: '/entitlement-lists/:list/types',
    operationId: 'listEntitlementTypes',
    summary: "List a list's entitlement types in list order, retired and hidden ones included",
    tag,
    scope: 'catalogue:read',
    params: listParam,
    query: pageQuery('^(0|[1-9][0-9]{0,8})\\.[1-9][0-9]{0,14}$'),
    responses: listResponses(EntitlementTypeList),
    handler: async (call) => {
      const { store, actor, params, query } = call;
      const list = params.list as string;
      const { types, more } = await listEntitlementTypes(store, actor, list, positionOf(query.cursor), limitOf(call));
      const last = more ? types.at(-1) : undefined;
      const items = types.map((type) => renderType(actor, type));
      const cursor = last && `${last.position}.${last.number}`;
      return { status: 200, body: page(call, `/entitlement-lists/${list}/types`, items, cursor) };
    },
  },
  {
    method: 'POST',
    path: '/entitlement-lists/:list/types',
    operationId: 'createEntitlementType',
    summary: 'Create an entitlement type',
    tag,
    scope: 'catalogue:write',
    params: listParam,
    headers: idempotencyHeader,
    body: NewEntitlementType,
    responses: catalogueCreates(EntitlementType),
    handler: async ({ store, actor, params, body, keep }) => {
      const render = (type: StoredType) => typeAnswer(actor, 201, type);
      return render(await createEntitlementType(store, actor, params.list as string, body, keep(render)));
    },
  },
  {
    method: 'GET',
    path: '/entitlement-lists/:list/types/:id',
    operationId: 'readEntitlementType',
    summary: 'Read an entitlement type',
    tag,
    scope: 'catalogue:read',
    params: typeParams,
    headers: ifNoneMatchHeader,
    responses: catalogueReads(EntitlementType),
    handler: async (call) => {
      const { list, id } = call.params as { list: string; id: string };
      return unlessKnown(
        call,
        typeAnswer(call.actor, 200, await readEntitlementType(call.store, call.actor, list, id)),
      );
    },
  },
  {
    method: 'PATCH',
    path: '/entitlement-lists/:list/types/:id',
    operationId: 'changeEntitlementType',
    summary: 'Change an entitlement type by JSON Merge Patch',
    description:
      'Types are retired, not deleted: a retired one stays on accounts that hold it and cannot be granted anew. A new label, `hidden` or `category` reaches the accounts that hold the type shortly after.',
    tag,
    scope: 'catalogue:write',
    params: typeParams,
    headers: ifMatchHeader,
    body: EntitlementTypePatch,
    consumes: mergePatchTypes,
    responses: cataloguePatches(EntitlementType),
    handler: async (call) => {
      const { store, actor, params, body } = call;
      const change = {
        edit: editOf(body, typeDefaults),
        ifMatch: ifMatch(call, (type: StoredType) => [catalogueTag(type), uriTag(actor, type)]),
      };
      const target = params as { list: string; id: string };
      return typeAnswer(actor, 200, await changeEntitlementType(store, actor, target, change));
    },
  },
];

function positionOf(cursor: string | undefined): { position: number; number: number } | undefined {
  if (cursor === undefined) return undefined;
  const [position, number] = cursor.split('.').map(Number) as [number, number];
  return { position, number };
}
