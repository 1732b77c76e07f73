import { allChangeKinds, changeKinds } from '#domain/change-kinds.ts';
import { isSent, nameOfKind, webhookFormats } from '#domain/webhook-kinds.ts';
import type { Route } from '#http/route.ts';
import { listResponses } from './responses.ts';
import { ChangeKindList } from './webhook-schema.ts';

const items = allChangeKinds.map((kind) => ({
  kind,
  description: changeKinds[kind],
  sent: isSent(kind),
  formats: Object.fromEntries(
    webhookFormats.flatMap((format) => {
      const name = nameOfKind(format, kind);
      return name === undefined ? [] : [[format, name]];
    }),
  ),
}));

export const changeKindRoutes: Route[] = [
  {
    method: 'GET',
    path: '/change-kinds',
    operationId: 'listChangeKinds',
    summary: 'List every kind of change, with what each webhook format calls it',
    tag: 'Changes',
    scope: 'changes:read',
    responses: listResponses(ChangeKindList),
    handler: async () => ({ status: 200, body: { items } }),
  },
];
