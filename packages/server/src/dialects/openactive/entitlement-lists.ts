import { Type } from 'typebox';
import { compact } from '#domain/compact.ts';
import { type EntitlementList, type EntitlementType, listUri } from '#domain/entitlement-list.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { unlessKnown } from '#http/conditional.ts';
import { baseMark } from '#http/etag.ts';
import type { Route } from '#http/route.ts';
import { readEntitlementList, shownTypes } from '#operations/entitlement-lists/read.ts';
import { readEntitlementType } from '#operations/entitlement-types/read.ts';
import { anyOrigin } from './any-origin.ts';
import { Concept, ConceptDocument, conceptView } from './concept.ts';
import { shownText, shownUrl } from './emission.ts';
import { coreContext } from './profile.ts';
import { errors, shown } from './responses.ts';

const tag = 'Vocabulary';
const list = Type.String({ description: 'slug of the list' });
const ListPath = Type.Object({ list });
const ConceptPath = Type.Object({ list, conceptId: Type.String({ description: 'what follows # in the `@id`' }) });
const headers = { 'If-None-Match': 'Entity tag from the last read; 304 when it is still the same' };
const uri = Type.String({ format: 'uri' });
const some = Type.String({ minLength: 1 });

const ConceptScheme = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    '@type': Type.Literal('ConceptScheme'),
    '@id': uri,
    url: uri,
    title: some,
    description: Type.Optional(some),
    license: Type.Optional(uri),
    concept: Type.Array(Concept, { minItems: 1 }),
  },
  { additionalProperties: false, title: 'ConceptScheme' },
);

/** Published entitlement lists (openactive.md 2.12): anybody may read them, also from a browser. */
export const entitlementListRoutes: Route[] = [
  {
    method: 'GET',
    path: '/entitlement-lists/:list',
    operationId: 'getEntitlementList',
    summary: 'Read a published entitlement list: its active concepts',
    tag,
    scope: null,
    params: ListPath,
    headers,
    responses: {
      200: shown('The list', ConceptScheme, 'ETag', 'Cache-Control'),
      304: { description: 'Not modified' },
      ...errors(),
    },
    handler: readList,
  },
  {
    method: 'GET',
    path: '/entitlement-lists/:list/concepts/:conceptId',
    operationId: 'getConcept',
    summary: 'Read one concept of a published list, active or retired',
    tag,
    scope: null,
    params: ConceptPath,
    headers,
    responses: {
      200: shown('The concept', ConceptDocument, 'ETag', 'Cache-Control'),
      304: { description: 'Not modified' },
      ...errors(),
    },
    handler: readConcept,
  },
];

async function readList(call: Call): Promise<Answer> {
  const { store, actor, params } = call;
  const found = await published(call, params.list as string);
  const types = await shownTypes(store, actor, found);
  if (types.length === 0) throw new Refusal({ kind: 'not-found', subject: 'entitlement-list' });
  // The version of the list covers its types.
  return unlessKnown(call, { ...open(found, actor.organisation), body: schemeView(actor.organisation, found, types) });
}

async function readConcept(call: Call): Promise<Answer> {
  const { store, actor } = call;
  const { list: slug, conceptId } = call.params as { list: string; conceptId: string };
  const { slug: known } = await published(call, slug);
  const type = await readEntitlementType(store, actor, known, conceptId);
  if (type.hidden) throw new Refusal({ kind: 'not-found', subject: 'entitlement-type' });
  const body = { '@context': coreContext, ...conceptView(actor.organisation, type) };
  return unlessKnown(call, { ...open(type, actor.organisation), body });
}

/** A list that is there for everybody. Throws Refusal `not-found`. */
async function published({ store, actor }: Call, slug: string): Promise<EntitlementList> {
  const found = await readEntitlementList(store, actor, slug);
  if (!found.published) throw new Refusal({ kind: 'not-found', subject: 'entitlement-list' });
  return found;
}

function schemeView(organisation: Organisation, found: EntitlementList, types: EntitlementType[]): object {
  const id = listUri(organisation.baseUrl, found);
  return compact({
    '@context': coreContext,
    '@type': 'ConceptScheme',
    '@id': id,
    url: id,
    title: shownText(found.title),
    description: shownText(found.description),
    license: shownUrl(found.license),
    concept: types.map((type) => conceptView(organisation, type)),
  });
}

/** What may be kept for some minutes by everybody. */
function open({ version }: { version: number }, organisation: Organisation): Answer {
  const headers = {
    ETag: `"${version}${baseMark(organisation)}"`,
    'Cache-Control': 'public, max-age=300',
    Vary: 'Accept',
    ...anyOrigin,
  };
  return { status: 200, headers };
}
