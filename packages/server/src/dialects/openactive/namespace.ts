import type { Organisation } from '#domain/organisation.ts';
import type { Route } from '#http/route.ts';
import { ownContext } from './profile.ts';
import { ContextDocument } from './response-schema.ts';
import { errors, shown } from './responses.ts';

/** The context that defines the `tessera:` terms (openactive.md 2.10, 5.11). Public. */
export const namespaceRoute: Route = {
  method: 'GET',
  path: '/ns',
  operationId: 'getTesseraContext',
  summary: "The JSON-LD context of Tessera's own terms",
  tag: 'Vocabulary',
  scope: null,
  responses: { 200: shown('The context', ContextDocument), ...errors() },
  handler: async ({ actor }) => ({
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=3600', Vary: 'Accept' },
    body: contextDocument(actor.organisation),
  }),
};

/** Imports no other context, because OpenActive's validator throws on imports that it cannot resolve. */
export function contextDocument(organisation: Organisation): object {
  return {
    '@context': {
      tessera: `${ownContext(organisation)}#`,
      oa: 'https://openactive.io/',
      schema: 'https://schema.org/',
      rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
      rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
    },
    '@graph': terms.map(({ name, meaning, domain, range }) => ({
      '@id': `tessera:${name}`,
      '@type': 'rdf:Property',
      'rdfs:label': name,
      'rdfs:comment': meaning,
      'schema:domainIncludes': [{ '@id': domain }],
      'schema:rangeIncludes': [{ '@id': range }],
    })),
  };
}

const terms = [
  {
    name: 'passNamespace',
    meaning: 'Namespace in which the text of the pass is unique.',
    domain: 'schema:Barcode',
    range: 'schema:Text',
  },
  {
    name: 'grantState',
    meaning: 'confirmed, or provisional while evidence is outstanding.',
    domain: 'oa:Entitlement',
    range: 'schema:Text',
  },
  { name: 'evidenceState', meaning: 'State of an evidence request.', domain: 'schema:Action', range: 'schema:Text' },
  {
    name: 'blocksBooking',
    meaning: 'True when the open action prevents booking.',
    domain: 'schema:Action',
    range: 'schema:Boolean',
  },
];
