import { Type } from 'typebox';
import type { Actor } from '#domain/actor.ts';
import { textFormFault } from '#domain/pass-rules.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { ResponseSpec, Route } from '#http/route.ts';
import {
  generateTexts,
  listReserved,
  maxReservedAtOnce,
  type Reservation as Reserved,
  reserveTexts,
} from '#operations/access-passes/reserve.ts';
import { idempotencyHeader } from './headers.ts';
import { cursorOf, heldQuery, limitOf, pageBody } from './held-pages.ts';
import { PassGeneration, PassTexts, Reservation, ReservedPassList } from './pass-schema.ts';
import { listResponses, problemResponses } from './responses.ts';

const tag = 'Access passes';
const path = '/pass-namespaces/:name';
const params = Type.Object({ name: Type.String({ description: 'name of the namespace' }) });

const created = (description: string): Record<number, ResponseSpec> => ({
  201: { description, schema: Reservation, contentType: 'application/json', headers: ['Location'] },
  ...problemResponses(409, 413, 415, 422),
});

/** Texts of printed cards, before they are anybody's. */
export const reservedRoutes: Route[] = [
  {
    method: 'GET',
    path: `${path}/reserved`,
    operationId: 'listReservedPasses',
    summary: 'List the reserved texts of a namespace, in their order',
    tag,
    scope: 'passes:read',
    params,
    query: heldQuery(),
    responses: listResponses(ReservedPassList),
    handler: async (call) => {
      const { store, actor } = call;
      const name = call.params.name as string;
      const after = cursorOf(call);
      if (after !== undefined && textFormFault(after)) refuseCursor();
      const { reserved, more } = await listReserved(store, actor, name, after, limitOf(call));
      const last = more ? reserved.at(-1)?.text : undefined;
      return { status: 200, body: pageBody(call, `/v1/pass-namespaces/${name}/reserved`, reserved, last) };
    },
  },
  {
    method: 'POST',
    path: `${path}/reserve`,
    operationId: 'reservePasses',
    summary: 'Reserve texts that are printed on cards',
    description:
      'All or none. A reserved text is nobody’s and is given to nobody, until it is assigned to an account by its text or released.',
    tag,
    scope: 'passes:write',
    params,
    headers: idempotencyHeader,
    body: PassTexts,
    bodyLimit: 2 * 1024 * 1024,
    maxEntries: maxReservedAtOnce + 100,
    responses: created('Reserved'),
    handler: async (call) => {
      const { store, actor, body } = call;
      return answering(call, reservedAnswer(actor), (keep) =>
        reserveTexts(store, actor, call.params.name as string, body.texts, keep),
      );
    },
  },
  {
    method: 'POST',
    path: `${path}/generate`,
    operationId: 'generatePasses',
    summary: 'Make numbers by the rules of a namespace and reserve them, to print cards',
    description: 'Random, so that nobody guesses one from another; none is in use, retired or reserved.',
    tag,
    scope: 'passes:write',
    params,
    headers: idempotencyHeader,
    body: PassGeneration,
    responses: created('Made and reserved'),
    handler: async (call) => {
      const { store, actor, body } = call;
      return answering(call, reservedAnswer(actor), (keep) =>
        generateTexts(store, actor, call.params.name as string, body, keep),
      );
    },
  },
];

function reservedAnswer({ organisation }: Actor): (reserved: Reserved) => Answer {
  return (reserved) => {
    const location = `${organisation.baseUrl}/v1/pass-namespaces/${reserved.namespace}/reserved`;
    return { status: 201, headers: { Location: location }, body: reserved };
  };
}

function refuseCursor(): void {
  refuseFaults([{ path: ['cursor'], code: 'format', message: 'must be the cursor of a `next` URL' }], 'query');
}
