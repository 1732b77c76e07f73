import { Type } from 'typebox';
import { slugForm } from '#domain/catalogue-rules.ts';
import type { RefusalReason } from '#domain/refusal.ts';
import type { Route } from '#http/route.ts';
import { inWords } from '#http/words.ts';
import { type Imported, importEntitlementList } from '#operations/entitlement-lists/import.ts';
import { answer, renderList, uriTag } from './catalogue-render.ts';
import { catalogueCreates } from './catalogue-responses.ts';
import { type ReadScheme, readConceptScheme } from './concept-scheme.ts';
import { ImportResult } from './entitlement-list-schema.ts';
import { idempotencyHeader } from './headers.ts';

/** The form is documented; {@link readConceptScheme} judges, because the same member has many names. */
const ConceptScheme = Type.Object(
  {
    '@context': Type.Optional(Type.Unknown({ description: 'is not loaded' })),
    '@type': Type.Literal('ConceptScheme'),
    '@id': Type.String({ format: 'uri' }),
    title: Type.String({ description: 'or prefLabel; text, or texts by language' }),
    description: Type.Optional(Type.String()),
    license: Type.Optional(Type.String({ format: 'uri' })),
    concept: Type.Array(
      Type.Object(
        {
          '@type': Type.Optional(Type.Literal('Concept')),
          '@id': Type.String({ format: 'uri' }),
          prefLabel: Type.String({ description: 'text, or texts by language' }),
        },
        { title: 'Concept' },
      ),
      { minItems: 1, maxItems: 5000, description: 'or hasTopConcept' },
    ),
  },
  {
    title: 'ConceptScheme',
    description:
      'SKOS in JSON-LD, as OpenActive publishes it; also with `type` and `id`, and with the prefixes skos: and dct:.',
  },
);

const created = catalogueCreates(ImportResult);

export const importRoute: Route = {
  method: 'POST',
  path: '/entitlement-lists/import',
  operationId: 'importEntitlementList',
  summary: 'Adopt a list that somebody else maintains, or bring an adopted one up to date',
  description:
    'Ids stay as they are. Types are matched by id: labels and order follow the document, new ones are added, those that are gone are retired, those that are back become active again; settings stay. The same document again changes nothing.',
  tag: 'Entitlement lists',
  scope: 'catalogue:write',
  query: Type.Object(
    {
      slug: Type.Optional(
        Type.String({
          ...slugForm,
          description: `${slugForm.description}; slug of the list, default: made from its id`,
        }),
      ),
    },
    { additionalProperties: false },
  ),
  headers: idempotencyHeader,
  body: ConceptScheme,
  judgesBody: true,
  consumes: ['application/ld+json', 'application/json'],
  verbatim: ['@id', 'id'],
  bodyLimit: 4 * 1024 * 1024,
  maxEntries: 200_000,
  responses: {
    200: { ...created[201], description: 'The list was adopted before, and is up to date now', headers: ['ETag'] },
    ...created,
    413: { ...created[413], description: 'Body too large (4 MiB)' },
  } as Route['responses'],
  handler: async ({ store, actor, query, body, keep }) => {
    const { scheme, pathOf } = readConceptScheme(body);
    const render = (imported: Imported) => {
      const { list, created: isNew, ...counts } = imported;
      const shown = { list: renderList(actor, list), ...counts };
      return answer(actor, isNew ? 201 : 200, uriTag(actor, list), shown, `/entitlement-lists/${list.slug}`);
    };
    const work = importEntitlementList(store, actor, scheme, query.slug, keep(render));
    return render(await inWords(work, (reason) => inDocument(reason, pathOf)));
  },
};

function inDocument(reason: RefusalReason, pathOf: ReadScheme['pathOf']): RefusalReason {
  if (reason.kind !== 'invalid') return reason;
  return { ...reason, faults: reason.faults.map((fault) => ({ ...fault, path: pathOf(fault.path) })) };
}
