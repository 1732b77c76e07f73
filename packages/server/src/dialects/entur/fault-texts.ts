import type { Fault, RefusalReason } from '#domain/refusal.ts';
import type { Route } from '#http/route.ts';
import { inTableOrder, nameOf, parameterRule, ruleOf, type Texts } from './members.ts';

type Invalid = Extract<RefusalReason, { kind: 'invalid' }>;
type Malformed = Extract<RefusalReason, { kind: 'malformed' }>;

/** Long texts that name every faulty member or parameter, and never quote a value. */
export function faultTexts({ faults, in: place = 'body' }: Invalid, route: Route | undefined): Texts {
  if (place === 'body') return bodyTexts(inTableOrder(faults), route);
  if (faults.some(({ code }) => code === 'no-parameter')) return noParameter;
  const listed = (language: keyof Texts) =>
    faults.map((fault) => `${nameOf(fault)} (${parameterRule(fault)[language]})`).join(', ');
  return {
    en: `Invalid ${place} parameter: ${listed('en')}.`,
    nb: `Ugyldig parameter i ${placesNb[place]}: ${listed('nb')}.`,
  };
}

const noParameter = { en: 'Give at least one parameter to search by.', nb: 'Oppgi minst én parameter å søke med.' };
const placesNb = { path: 'stien', query: 'spørringen', header: 'hodefeltene' };

function bodyTexts(faults: Fault[], route: Route | undefined): Texts {
  if (faults.some(({ path }) => path.length === 0)) return route?.method === 'PATCH' ? noPatch : noObject;
  const unknown = faults.filter(({ code }) => code === 'unknown');
  const invalid = faults.filter(({ code }) => code !== 'unknown');
  const sentences = [
    ...(invalid.length > 0 ? [ruleTexts(invalid)] : []),
    ...(unknown.length > 0 ? [unknownTexts(unknown, route)] : []),
  ];
  return { en: sentences.map(({ en }) => en).join(' '), nb: sentences.map(({ nb }) => nb).join(' ') };
}

/** Names faulty members of a body, each with what would be right. */
export function ruleTexts(faults: readonly Fault[]): Texts {
  const listed = (language: keyof Texts) =>
    faults.map((fault) => `${nameOf(fault)} (${ruleOf(fault)[language]})`).join(', ');
  return { en: `Invalid: ${listed('en')}.`, nb: `Ugyldig: ${listed('nb')}.` };
}

function unknownTexts(faults: readonly Fault[], route: Route | undefined): Texts {
  const names = faults.map(nameOf).join(', ');
  const allowed = Object.keys((route?.body as { properties?: object } | undefined)?.properties ?? {}).join(', ');
  const several = faults.length > 1;
  return {
    en: `${several ? 'Members' : 'Member'} not allowed: ${names}. Allowed: ${allowed}.`,
    nb: `${several ? 'Feltene' : 'Feltet'} er ikke tillatt: ${names}. Tillatt: ${allowed}.`,
  };
}

const noPatch = { en: 'The patch must be a JSON object.', nb: 'Endringen må være et JSON-objekt.' };
const noObject = { en: 'The request body must be a JSON object.', nb: 'Forespørselen må være et JSON-objekt.' };

/** Long texts of a request that could not be read. */
export function malformedTexts({ message, path }: Malformed): Texts {
  const name = path && path.length > 0 ? nameOf({ path }) : undefined;
  const nb = malformedNb[message] ?? 'kunne ikke leses';
  return { en: `${name ?? 'The request'} ${message}.`, nb: `${name ?? 'Forespørselen'} ${nb}.` };
}

/** What http/json.ts and http/query.ts say, in Norwegian. */
const malformedNb: Record<string, string> = {
  'has no body': 'har ikke noe innhold',
  'is not valid JSON': 'er ikke gyldig JSON',
  'is not valid UTF-8': 'er ikke gyldig UTF-8',
  'is a duplicate member': 'er oppgitt mer enn én gang',
  'is nested deeper than 32 levels': 'er nøstet dypere enn 32 nivåer',
  'is not allowed as a member name': 'er ikke tillatt som feltnavn',
  'contains a lone surrogate': 'inneholder et ufullstendig tegn',
  'contains a control character': 'inneholder et kontrolltegn',
  'has a member name with a control character or lone surrogate': 'har et feltnavn med et tegn som ikke er tillatt',
  'has a malformed percent-escape in its query': 'har en ugyldig prosentkoding i spørringen',
};
