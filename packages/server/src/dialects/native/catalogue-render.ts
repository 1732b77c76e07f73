import type { Actor } from '#domain/actor.ts';
import { type EntitlementList, type EntitlementType, listUri, typeUri } from '#domain/entitlement-list.ts';
import { type Organisation, settingsOf } from '#domain/organisation.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { baseMark } from '#http/etag.ts';

type Versioned = { version: number };

/** `"v{version}"`; a list's version covers its types too. */
export function catalogueTag({ version }: Versioned): string {
  return `v${version}`;
}

/** The tag of a list or a type, whose `uri` is below the base URL. */
export function uriTag({ organisation }: Actor, stored: Versioned): string {
  return `${catalogueTag(stored)}${baseMark(organisation)}`;
}

/** The tag of the organisation. What it has not decided, the server's configuration says: another one makes another tag. */
export function organisationTag({ evidence }: Call, organisation: Organisation): string {
  const { evidenceRetentionDays = evidence.retentionDays } = settingsOf(organisation);
  return `${catalogueTag(organisation)}-${evidenceRetentionDays}`;
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
  return answer(actor, status, uriTag(actor, list), renderList(actor, list), `/entitlement-lists/${list.slug}`);
}

export function typeAnswer(actor: Actor, status: 200 | 201, type: EntitlementType): Answer {
  const path = `/entitlement-lists/${type.list}/types/${type.id}`;
  return answer(actor, status, uriTag(actor, type), renderType(actor, type), path);
}

export function namespaceAnswer(actor: Actor, status: 200 | 201, namespace: PassNamespace): Answer {
  const body = renderNamespace(namespace);
  return answer(actor, status, catalogueTag(namespace), body, `/pass-namespaces/${namespace.name}`);
}

export function organisationAnswer(call: Call, organisation: Organisation): Answer {
  const body = renderOrganisation(call, organisation);
  return answer(call.actor, 200, organisationTag(call, organisation), body, '/organisation');
}

/** What was read or written, with its entity tag and, when it is new, its address. */
export function answer(actor: Actor, status: 200 | 201, tag: string, body: object, path: string): Answer {
  const location = status === 201 ? { Location: `${actor.organisation.baseUrl}/v1${path}` } : {};
  const headers = { 'Cache-Control': 'private, no-cache', ETag: `"${tag}"`, ...location };
  return { status, headers, body };
}
