import type { Organisation as StoredOrganisation } from '#domain/organisation.ts';
import { ifMatch, unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { editOf } from './catalogue-pages.ts';
import { catalogueTag, organisationAnswer, organisationTag } from './catalogue-render.ts';
import { cataloguePatches, catalogueReads } from './catalogue-responses.ts';
import { ifMatchHeader, ifNoneMatchHeader, mergePatchTypes } from './headers.ts';
import { Organisation, OrganisationPatch } from './organisation-schema.ts';

const tag = 'Organisation';

/** The organisation of the key. */
export const organisationRoutes: Route[] = [
  {
    method: 'GET',
    path: '/organisation',
    operationId: 'readOrganisation',
    summary: 'Read the organisation of the key, with its settings',
    tag,
    scope: 'catalogue:read',
    headers: ifNoneMatchHeader,
    responses: catalogueReads(Organisation),
    handler: async (call) => unlessKnown(call, organisationAnswer(call, call.actor.organisation)),
  },
  {
    method: 'PATCH',
    path: '/organisation',
    operationId: 'changeOrganisation',
    summary: 'Change the settings of the organisation by JSON Merge Patch',
    tag,
    scope: 'catalogue:write',
    headers: ifMatchHeader,
    body: OrganisationPatch,
    consumes: mergePatchTypes,
    responses: cataloguePatches(Organisation),
    handler: async (call) => {
      const { store, actor, body } = call;
      const present = (organisation: StoredOrganisation) => [
        catalogueTag(organisation),
        organisationTag(call, organisation),
      ];
      const change = { edit: editOf(body), ifMatch: ifMatch(call, present) };
      return organisationAnswer(call, await changeSettings(store, actor, change));
    },
  },
];
