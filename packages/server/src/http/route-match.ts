import type { Dialect } from './dialect.ts';

/** Which methods the paths of a dialect allow; empty when there is no such path. HEAD comes with GET. */
export function allowedMethods({ prefix, routes }: Dialect, path: string): string[] {
  const found = new Set<string>();
  for (const route of routes) {
    const pattern = `${prefix}${route.path}`
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
    if (!new RegExp(`^${pattern.join('/')}$`).test(path)) continue;
    found.add(route.method);
    if (route.method === 'GET') found.add('HEAD');
  }
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => found.has(method));
}
