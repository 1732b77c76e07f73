import { Type } from 'typebox';
import { schemeUri, type TypeLabel, typeUri } from '#domain/entitlement-list.ts';
import type { Organisation } from '#domain/organisation.ts';
import { shownText } from './emission.ts';

const uri = Type.String({ format: 'uri' });

const members = {
  '@type': Type.Literal('Concept'),
  '@id': uri,
  prefLabel: Type.String({ minLength: 1 }),
  inScheme: uri,
};

/** A Concept inside another document. */
export const Concept = Type.Object(members, { additionalProperties: false, title: 'Concept' });

/** A Concept as a document of its own. */
export const ConceptDocument = Type.Object(
  { '@context': Type.Literal('https://openactive.io/'), ...members },
  { additionalProperties: false, title: 'ConceptDocument' },
);

/** A Concept (openactive.md 2.4): exactly these four properties, all of them required. Ids of adopted concepts are shown verbatim. */
export function conceptView({ baseUrl }: Organisation, type: TypeLabel): object {
  return {
    '@type': 'Concept',
    '@id': typeUri(baseUrl, type),
    prefLabel: shownText(type.label),
    inScheme: schemeUri(baseUrl, type),
  };
}
