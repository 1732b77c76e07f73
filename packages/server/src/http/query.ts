import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import { cleanText } from './json.ts';
import { maxFaults } from './validation.ts';

type Schema = { properties?: Record<string, { type?: string | string[] }> };

/**
 * Parses a query string strictly: each parameter once unless the schema says array, percent-escapes well-formed, integers and booleans
 * as the schema says.
 * Values of any other shape stay text, for validation to refuse with the parameter's name.
 *
 * @param verbatim parameters that are opaque (identifiers) and not normalised
 * @throws Refusal `malformed`, `invalid` (a repeated parameter)
 */
export function parseQuery(
  url: string,
  schema: Schema = {},
  verbatim: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const start = url.indexOf('?');
  const query = new Map<string, unknown>();
  if (start < 0) return {};
  const repeated: Fault[] = [];
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const cut = pair.indexOf('=');
    const name = decode(cut < 0 ? pair : pair.slice(0, cut));
    const value = cleanText(decode(cut < 0 ? '' : pair.slice(cut + 1)), [name], verbatim.has(name), 'query');
    const type = schema.properties?.[name]?.type;
    if (type === 'array') {
      const list = (query.get(name) ?? []) as string[];
      list.push(value);
      query.set(name, list);
      continue;
    }
    if (query.has(name)) repeated.push({ path: [name], code: 'repeated', message: 'may be given once only' });
    query.set(name, typed(value, type));
  }
  refuseFaults(repeated.slice(0, maxFaults), 'query');
  return Object.fromEntries(query);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Refusal({ kind: 'malformed', message: 'has a malformed percent-escape in its query' });
  }
}

function typed(value: string, type: string | string[] | undefined): unknown {
  if ([type].flat().includes('integer') && /^-?(0|[1-9]\d{0,15})$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
