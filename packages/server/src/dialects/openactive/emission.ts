import { isPublicUrl } from '#domain/public-url.ts';

/*
 * How stored text is shown (openactive.md 3.9). Consumers run OpenActive's validator over what they receive; it fails every text
 * that looks like HTML or holds a decodable entity, with or without semicolon. Stored text stays as it was given.
 */

/** A text as it is shown: neither tags nor entities, trimmed; undefined when nothing is left. */
export function shownText(text: string | undefined): string | undefined {
  const shown = text?.replaceAll('<', '‹').replace(entityStart, '＆').trim();
  return shown === '' ? undefined : shown;
}

/** Whether a text is shown exactly as it is stored. Identifiers for which it is not are left out, never altered (1.2). */
export function isShownExactly(text: string): boolean {
  return shownText(text) === text;
}

/** A URL as it is shown: as it is stored, or not at all, since a changed URL would lead elsewhere. */
export function shownUrl(url: string | undefined): string | undefined {
  if (url === undefined || !isShownExactly(url) || !isPublicUrl(url) || vocabularyTerm.test(url)) return undefined;
  return url;
}

const entityStart = /&(?=#|\w\w)/g;

/** The validator takes these for the name of a property. */
const vocabularyTerm = /^https:\/\/(openactive\.io|schema\.org)\/\w+$/;
