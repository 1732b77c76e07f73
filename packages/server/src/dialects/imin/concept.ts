import { type TypeLabel, typeUri } from '#domain/entitlement-list.ts';
import type { Organisation } from '#domain/organisation.ts';

/** A concept as accounts and requests for proof name it (imin.md 2.1, 2.8). */
export function conceptView({ baseUrl }: Organisation, type: TypeLabel): object {
  return { id: typeUri(baseUrl, type), type: 'Concept', prefLabel: type.label };
}
