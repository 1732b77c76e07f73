import { Type } from 'typebox';
import { compact } from '#domain/compact.ts';
import { listUri, schemeUri } from '#domain/entitlement-list.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { readEntitlementList, shownTypes } from '#operations/entitlement-lists/read.ts';
import { conceptView } from './concept.ts';
import { errors } from './responses.ts';

const uri = Type.String({ format: 'uri' });

/** 2.9: the catalogue of what can be granted. */
const ConceptScheme = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    id: uri,
    title: Type.String(),
    type: Type.Literal('ConceptScheme'),
    license: Type.Optional(Type.String()),
    concept: Type.Optional(
      Type.Array(
        Type.Object(
          { id: uri, type: Type.Literal('Concept'), prefLabel: Type.String(), inScheme: uri },
          { title: 'CatalogueConcept' },
        ),
        { minItems: 1, description: 'in list order; absent when nothing can be granted' },
      ),
    ),
  },
  { title: 'EntitlementCatalogue' },
);

/** Endpoint 11 of imin.md 2.3. */
export const entitlementRoutes: Route[] = [
  {
    method: 'GET',
    path: '/entitlements',
    operationId: 'listEntitlements',
    summary: 'The entitlements that the Broker can grant',
    tag: 'Entitlements',
    scope: 'openactive-customeraccount-query',
    responses: { 200: { description: "The organisation's broker list", schema: ConceptScheme }, ...errors() },
    handler: readCatalogue,
  },
];

async function readCatalogue({ store, actor }: Call): Promise<Answer> {
  const { organisation } = actor;
  const { brokerList } = organisation.settings;
  if (brokerList === undefined) throw new Refusal({ kind: 'not-found', subject: 'entitlement-list' });
  const list = await readEntitlementList(store, actor, brokerList);
  const concepts = (await shownTypes(store, actor, list)).map((type) => ({
    ...conceptView(organisation, type),
    inScheme: schemeUri(organisation.baseUrl, type),
  }));
  const body = compact({
    '@context': 'https://openactive.io/',
    id: listUri(organisation.baseUrl, list),
    title: list.title,
    type: 'ConceptScheme',
    license: list.license,
    concept: concepts.length > 0 ? concepts : undefined,
  });
  return { status: 200, body };
}
