import { isDeepStrictEqual } from 'node:util';
import { isDuration } from './duration.ts';
import type { EntitlementList, EntitlementType } from './entitlement-list.ts';
import { isPublicUrl } from './public-url.ts';
import type { Fault } from './refusal.ts';

/** Slugs of lists and names of namespaces (openactive.md 2.12). */
export const slugForm = { pattern: '^[a-z0-9-]{1,60}$', description: 'must be 1 to 60 of a-z, 0-9 and -' };

/** Ids of entitlement types: fragments and path segments that need no escaping. */
export const typeIdForm = {
  pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._~-]{1,100}$',
  description: 'must be 1 to 100 of A-Z a-z 0-9 . _ ~ -, and neither . nor ..',
};

/** How many entitlement types a list can have, retired ones included. */
export const maxTypesPerList = 5000;

/** Longest URL that is stored, characters. */
export const maxUrlLength = 2000;

/** What is wrong with a list's own members. Only values that differ from the stored ones are judged. */
export function listFaults(next: Pick<EntitlementList, 'license'>, stored: Partial<EntitlementList> = {}): Fault[] {
  const { license } = next;
  if (license === undefined || license === stored.license || isHttpUrl(license)) return [];
  return [{ path: ['license'], code: 'format', message: 'must be an absolute http or https URL' }];
}

type TypeSettings = Pick<EntitlementType, 'defaultDuration' | 'evidenceUrl'>;

/** What is wrong with an entitlement type's settings (openactive.md 2.4). Only values that differ from the stored ones are judged. */
export function typeFaults(next: TypeSettings, stored: Partial<EntitlementType> = {}): Fault[] {
  const { defaultDuration, evidenceUrl } = next;
  const faults: Fault[] = [];
  if (defaultDuration !== undefined && defaultDuration !== stored.defaultDuration && !isDuration(defaultDuration)) {
    const message =
      'must be an ISO 8601 duration of years, months, weeks or days, such as P1Y or P6M, within a century';
    faults.push({ path: ['defaultDuration'], code: 'format', message });
  }
  if (evidenceUrl !== undefined && evidenceUrl !== stored.evidenceUrl && !isPage(evidenceUrl)) {
    const message = 'must be an https URL with a fully qualified host name, without &';
    faults.push({ path: ['evidenceUrl'], code: 'format', message });
  }
  return faults;
}

/**
 * What is wrong with the URI of an adopted list or type, as the end of a sentence; undefined when it can be adopted. It is shown
 * verbatim, so it must be one that OpenActive's validator accepts (openactive.md 3.9), and not one of the organisation's own. It is
 * looked up by an index, whose entries have room for {@link maxUrlLength} bytes, not for as many characters of any kind.
 */
export function adoptedUriFault(uri: string, baseUrl: string): string | undefined {
  if (Buffer.byteLength(uri) > maxUrlLength) return `must have at most ${maxUrlLength} bytes in UTF-8`;
  if (!isHttpUrl(uri) || !isPublicUrl(uri) || /[<>&\\"^`{|}\s]/.test(uri))
    return 'must be an absolute http or https URL with a fully qualified host name, without < > & or spaces';
  if (isBelow(uri, `${baseUrl}/openactive`)) return "must not be one of the organisation's own ids";
  return undefined;
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}

/** A page to which a customer can be sent (openactive.md 2.8): https, unless it is on this machine. */
export function isPage(text: string): boolean {
  return isHttpUrl(text) && isPublicUrl(text) && !/[&<>{}]/.test(text) && /^(https:|http:\/\/localhost[:/])/.test(text);
}

/** Compared as a browser would resolve them: host names in any case, default ports, dot segments. */
function isBelow(uri: string, baseUrl: string): boolean {
  const [href, base] = [uri, baseUrl].map((url) => new URL(url).href.replace(/^http:/, 'https:')) as [string, string];
  const root = base.replace(/\/$/, '');
  return href.startsWith(root) && /^($|[/?#])/.test(href.slice(root.length));
}

/** Names of the members in which two records differ; versions and stamps follow from the others. */
export function changedMembers(before: object | undefined, after: object): string[] {
  const [old, next] = [before ?? {}, after].map((record) => new Map(Object.entries(record))) as [
    Map<string, unknown>,
    Map<string, unknown>,
  ];
  return [...new Set([...old.keys(), ...next.keys()])].filter(
    (member) => !notMembers.has(member) && !isDeepStrictEqual(old.get(member), next.get(member)),
  );
}

const notMembers = new Set(['number', 'version', 'createdAt', 'changedAt']);
