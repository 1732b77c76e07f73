import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Dialect } from './dialect.ts';
import { errorsPage } from './errors-page.ts';
import { escapeHtml } from './markdown.ts';
import { openApiDocument } from './openapi.ts';
import { digestOf, serveFile } from './static-file.ts';

/** The page's own means only: no inline script or style, nothing from elsewhere. Swagger UI draws its icons from data URLs. */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = { 'Content-Security-Policy': securityPolicy, 'Referrer-Policy': 'no-referrer' };

const swaggerUi = createRequire(import.meta.url)
  .resolve('swagger-ui-dist/package.json')
  .replace(/package\.json$/, '');
const ourOwn = fileURLToPath(new URL('./docs-page/', import.meta.url));

/** Every file that the pages need; nothing else of these directories is served. */
const assets = {
  'swagger-ui.css': { directory: swaggerUi, type: 'text/css; charset=utf-8' },
  'swagger-ui-bundle.js': { directory: swaggerUi, type: 'text/javascript; charset=utf-8' },
  'page.css': { directory: ourOwn, type: 'text/css; charset=utf-8' },
  'page.js': { directory: ourOwn, type: 'text/javascript; charset=utf-8' },
  'favicon.svg': { directory: ourOwn, type: 'image/svg+xml' },
};

type Address = (name: keyof typeof assets) => string;

/**
 * Serves what explains the API: `/openapi/{dialect}.json`, `/docs` to read and try them, `/docs/errors`; `/` leads to `/docs`. All
 * addresses in the pages are relative, so that they work behind a proxy with a path of its own.
 */
export function serveDocs(
  app: FastifyInstance,
  { dialects, publicUrl }: { dialects: readonly Dialect[]; publicUrl: string },
): void {
  for (const dialect of dialects) {
    // Made when it is asked for: four of them take longer than all the rest of a start.
    const body = () => JSON.stringify(openApiDocument(dialect, publicUrl));
    serveFile(app, { path: `/openapi/${dialect.name}.json`, type: 'application/json; charset=utf-8', body });
  }
  const addressOf = serveAssets(app);
  const page = (path: string, body: string) =>
    serveFile(app, { path, type: 'text/html; charset=utf-8', body, headers: pageHeaders });
  page(
    '/docs',
    docsPage(dialects, (name) => `docs/${addressOf(name)}`),
  );
  page(
    '/docs/errors',
    errorsPage((name) => addressOf(name)),
  );
  app.get('/', async (_request, reply) => reply.redirect('docs'));
  app.get('/docs/', async (_request, reply) => reply.redirect('../docs'));
}

/** Serves the assets under names that change with their content, so that browsers may keep them for good. */
function serveAssets(app: FastifyInstance): Address {
  const headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };
  const addresses = Object.entries(assets).map(([name, { directory, type }]) => {
    const path = `${directory}${name}`;
    const address = `assets/${digestOf(readFileSync(path))}/${name}`;
    // Read again for whoever asks, rather than held in memory from the start.
    serveFile(app, { path: `/docs/${address}`, type, body: () => readFileSync(path), headers });
    return [name, address];
  });
  const byName: Record<string, string> = Object.fromEntries(addresses);
  return (name) => byName[name] as string;
}

function docsPage(dialects: readonly Dialect[], address: Address): string {
  const links = dialects.map(
    ({ name, title }) =>
      `<a href="docs?api=${name}" data-name="${name}" data-document="openapi/${name}.json">${escapeHtml(labelOf(title))}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tessera API</title>
<link rel="icon" href="${address('favicon.svg')}">
<link rel="stylesheet" href="${address('swagger-ui.css')}">
<link rel="stylesheet" href="${address('page.css')}">
<script src="${address('swagger-ui-bundle.js')}" defer></script>
<script src="${address('page.js')}" defer></script>
</head>
<body>
<header><div><strong>Tessera</strong><nav>${links.join('')}<a href="docs/errors">Errors</a></nav></div></header>
<main>
<p id="notice" hidden></p>
<div id="api"></div>
<noscript><p>This page needs JavaScript. The OpenAPI documents: ${dialects.map(({ name }) => `<a href="openapi/${name}.json">${name}</a>`).join(', ')}.</p></noscript>
</main>
</body>
</html>
`;
}

/** The title of a dialect without our own name, which stands beside it. */
function labelOf(title: string): string {
  const label = title.replace(/^Tessera:? /, '');
  return label.charAt(0).toUpperCase() + label.slice(1);
}
