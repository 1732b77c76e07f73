import { isPublicUrl } from '#domain/public-url.ts';
import type { Fault } from '#domain/refusal.ts';

/**
 * What is wrong with a public base URL: it becomes part of every `@id`, so it must be one that the OpenActive validator accepts
 * (openactive.md 1.2): http(s), a host with a dot, `localhost` or an IPv4 address, no `&`, no trailing slash, query or fragment.
 */
export function baseUrlFault(text: string): Fault[] {
  const fault = (message: string): Fault[] => [{ path: ['base-url'], code: 'format', message }];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return fault('must be an absolute http or https URL');
  if (text.endsWith('/') || url.search || url.hash || url.username || text.includes('&'))
    return fault('must have no trailing slash, query, fragment, user name or &');
  if (!isPublicUrl(text))
    return fault(
      'must have a fully qualified host name, localhost or an IPv4 address as host, as OpenActive takes them',
    );
  return [];
}
