import { isObject } from '#domain/merge.ts';

/**
 * The text of a JSON-LD value, trimmed: a string, `{"@value", "@language"}`, `{"@id"}`, a map by language such as
 * `{"en": "Student"}`, or an array of these. Of several languages English is taken, else what is in none, else the first. Undefined
 * when it is none of them.
 */
export function textOf(value: unknown): string | undefined {
  const texts = textsOf(value);
  const rank = ({ language }: Text) => (/^en(-|$)/i.test(language) ? 0 : language === '' ? 1 : 2);
  return texts.sort((a, b) => rank(a) - rank(b))[0]?.text.trim();
}

type Text = { text: string; language: string };

function textsOf(value: unknown): Text[] {
  if (typeof value === 'string') return [{ text: value, language: '' }];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (!isObject(value)) return [];
  const { '@value': text, '@language': language = '', '@id': id } = value;
  if (typeof text === 'string') return [{ text, language: String(language) }];
  if (typeof id === 'string') return [{ text: id, language: '' }];
  return Object.entries(value).flatMap(([key, inner]) =>
    [inner].flat().flatMap((one): Text[] => {
      return typeof one === 'string' ? [{ text: one, language: key === '@none' ? '' : key }] : [];
    }),
  );
}
