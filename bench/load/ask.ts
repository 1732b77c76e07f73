import { exampleOf } from './plan.ts';
import type { Operation } from './target.ts';

/** Asks once. Throws an Error with the answer when it is none that the operation expects. */
export async function ask(
  url: string,
  operation: Operation,
  accounts: number,
): Promise<{ headers: Headers; text: string }> {
  const { method, path, headers = {}, body, expects } = exampleOf(operation, accounts);
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  if (!expects.includes(response.status))
    throw new Error(`${method} ${path} was answered ${response.status}, not ${expects.join(' or ')}: ${text}`);
  return { headers: response.headers, text };
}
