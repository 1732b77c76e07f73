import { escapeHtml } from '#http/markdown.ts';

/** Markup: what it says is marked up already, and nothing in it came from outside unescaped. */
export type Html = { markup: string };

type Part = Html | Html[] | string | number | undefined;

/** Markup with values in it: texts are escaped, markup stays, undefined is nothing. Attributes must be in double quotes. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  const parts = strings.map((text, index) => text + (index < values.length ? written(values[index]) : ''));
  return { markup: parts.join('') };
}

function written(value: Part): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map(({ markup }) => markup).join('\n');
  return typeof value === 'object' ? value.markup : escapeHtml(String(value));
}
