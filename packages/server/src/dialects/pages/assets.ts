import { readFileSync } from 'node:fs';
import type { Route } from '#http/route.ts';
import { digestOf } from '#http/static-file.ts';

const types = {
  'pages.css': 'text/css',
  'review.js': 'text/javascript',
  'review-api.js': 'text/javascript',
  'review-parts.js': 'text/javascript',
} as const;
type Name = keyof typeof types;
const names = Object.keys(types) as Name[];

const contents = new Map(names.map((name) => [name, readFileSync(new URL(`./assets/${name}`, import.meta.url))]));
/** One for all of them, so that they can name each other. */
const digest = digestOf(Buffer.concat([...contents.values()]));

/** Address of an asset relative to `/evidence/`. It changes with the content, so that browsers may keep it for good. */
export function assetAddress(name: Name): string {
  return `assets/${digest}/${name}`;
}

/** The style and the scripts of the pages; nothing else of their directory is served. */
export const assetRoutes: Route[] = names.map((name) => ({
  method: 'GET',
  path: `/evidence/${assetAddress(name)}`,
  operationId: `asset_${name}`,
  summary: `A part of the pages: ${name}`,
  tag: 'Evidence',
  scope: null,
  looseQuery: true,
  responses: {
    200: { description: 'The file', contentType: types[name] },
    ...Object.fromEntries([429, 500, 503].map((status) => [status, { description: '', contentType: 'text/plain' }])),
  },
  handler: async () => ({
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=31536000, immutable' },
    contentType: `${types[name]}; charset=utf-8`,
    raw: contents.get(name) as Buffer,
  }),
}));
