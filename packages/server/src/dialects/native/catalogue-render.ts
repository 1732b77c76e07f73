import type { Actor } from '#domain/actor.ts';
import { type EntitlementList, type EntitlementType, listUri, typeUri } from '#domain/entitlement-list.ts';
import { type Organisation, settingsOf } from '#domain/organisation.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';

type Versioned = { version: number };

/** `"v{version}"`; a list's version covers its types too. */
export function catalogueTag({ version }: Versioned): string {
  return `v${version}`;
}

export function renderList({ organisation }: Actor, { version: _, uri, ...list }: EntitlementList): object {
  return {
    ...list,
    uri: listUri(organisation.baseUrl, { slug: list.slug, ...(uri === undefined ? {} : { uri }) }),
    adopted: uri !== undefined,
  };
}

export function renderType({ organisation }: Actor, type: EntitlementType): object {
  const { number: _, version: __, scheme: ___, ...shown } = type;
  return { ...shown, uri: typeUri(organisation.baseUrl, type) };
}

export function renderNamespace({ version: _, ...namespace }: PassNamespace): object {
  return namespace;
}

/** What the organisation has not decided is as the server has it. */
function renderOrganisation({ evidence }: Call, organisation: Organisation): object {
  const { slug, name, timeZone, baseUrl } = organisation;
  return { slug, name, timeZone, baseUrl, evidenceRetentionDays: evidence.retentionDays, ...settingsOf(organisation) };
}

export function listAnswer(actor: Actor, status: 200 | 201, list: EntitlementList): Answer {
  return answer(actor, status, list, renderList(actor, list), `/entitlement-lists/${list.slug}`);
}

export function typeAnswer(actor: Actor, status: 200 | 201, type: EntitlementType): Answer {
  return answer(actor, status, type, renderType(actor, type), `/entitlement-lists/${type.list}/types/${type.id}`);
}

export function namespaceAnswer(actor: Actor, status: 200 | 201, namespace: PassNamespace): Answer {
  return answer(actor, status, namespace, renderNamespace(namespace), `/pass-namespaces/${namespace.name}`);
}

export function organisationAnswer(call: Call, organisation: Organisation): Answer {
  return answer(call.actor, 200, organisation, renderOrganisation(call, organisation), '/organisation');
}

/** What was read or written, with its entity tag and, when it is new, its address. */
export function answer(actor: Actor, status: 200 | 201, stored: Versioned, body: object, path: string): Answer {
  const location = status === 201 ? { Location: `${actor.organisation.baseUrl}/v1${path}` } : {};
  const headers = { 'Cache-Control': 'private, no-cache', ETag: `"${catalogueTag(stored)}"`, ...location };
  return { status, headers, body };
}
