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
  return url !== undefined && isShownExactly(url) && isPublicUrl(url) ? url : undefined;
}

/** A page to which customers are sent, for a `urlTemplate`: without braces, which a template fills in, and without any `&` (2.8). */
export function shownPage(url: string | undefined): string | undefined {
  return url !== undefined && /[&{}]/.test(url) ? undefined : shownUrl(url);
}

/** An instant as it is shown: in whole seconds. */
export function shownInstant(instant: string): string;
export function shownInstant(instant: string | undefined): string | undefined;
export function shownInstant(instant: string | undefined): string | undefined {
  return instant?.replace(/\.\d+(?=Z$)/, '');
}

const entityStart = /&(?=#|\w\w)/g;
