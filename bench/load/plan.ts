import type { Mix, Operation } from './target.ts';

/** How often the load client has asked so far: where the next numbers for `{new}` begin. Large steps, so that no two runs meet. */
let first = 1;
const step = 10_000_000;

/**
 * What load/request.lua is to send, as a chunk of Lua.
 *
 * @param accounts how many accounts are stored: the largest `{n}` of operations that name no range
 */
export function planOf(mix: Mix, host: string, accounts: number, threads: number): string {
  const operations = mix.map(({ operation, weight }) => {
    const [from, to] = operation.range ?? [1, accounts];
    const { body } = operation;
    const text = body === undefined ? '' : `, body = ${template(body)}`;
    return `{ weight = ${weight}, from = ${from}, to = ${to}, head = ${template(headOf(operation, host))}${text} }`;
  });
  const plan = [
    `operations = { ${operations.join(',\n    ')} }`,
    `expects = { ${[...new Set(mix.flatMap(({ operation }) => operation.expects))].join(', ')} }`,
    `weight = ${mix.reduce((sum, { weight }) => sum + weight, 0)}`,
    `first = ${first}`,
    `threads = ${threads}`,
    `seed = ${first}`,
  ];
  first += step;
  return `return {\n  ${plan.join(',\n  ')}\n}\n`;
}

/** One request in full, to be asked once by other means. */
export function exampleOf(operation: Operation, accounts: number): Operation {
  const [from] = operation.range ?? [1, accounts];
  const next = first;
  first += 1;
  const fill = (text: string) =>
    text.replace(pattern, (_, what: string, modulus = '0', more = '0', digits = '0') => {
      const number = what === 'n' ? from : next;
      const rest = Number(modulus) > 0 ? number % Number(modulus) : number;
      return String(rest + Number(more)).padStart(Number(digits), '0');
    });
  const { headers, body } = operation;
  return {
    ...operation,
    path: fill(operation.path),
    ...(headers
      ? { headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fill(text)])) }
      : {}),
    ...(body === undefined ? {} : { body: fill(body) }),
  };
}

const pattern = /\{(n|new)(?:%(\d+))?(?:\+(\d+))?(?::(\d+))?\}/g;

/** Request line and headers up to Content-Length. */
function headOf({ method, path, headers = {} }: Operation, host: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}`;
}

function template(text: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, what, modulus = '0', more = '0', digits = '0'] = match;
    if (match.index > end) parts.push(quoted(text.slice(end, match.index)));
    parts.push(`{ what = "${what}", modulus = ${modulus}, more = ${more}, digits = ${digits} }`);
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push(quoted(text.slice(end)));
  return `{ ${parts.join(', ')} }`;
}

/** JSON's escapes are Lua's too, but for \u. Throws for a text that has one. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (/\\u|[^\x20-\x7e]/.test(json)) throw new Error(`The load client sends ASCII only, not ${json}.`);
  return json;
}
