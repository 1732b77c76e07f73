import { readFileSync } from 'node:fs';
import { renderMarkdown } from './markdown.ts';

/** The one source of the text; people read it in the repository, too. */
const source = new URL('../../../../docs/errors.md', import.meta.url);

/**
 * The page behind the `type` of every problem of the native API: one section per code, whose id is the code.
 *
 * @param address where an asset is, seen from the page
 */
export function errorsPage(address: (name: 'page.css' | 'favicon.svg') => string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors of the Tessera API</title>
<link rel="icon" href="${address('favicon.svg')}">
<link rel="stylesheet" href="${address('page.css')}">
</head>
<body>
<header><div><strong>Tessera</strong><nav><a href="../docs">API</a><a href="errors" aria-current="page">Errors</a></nav></div></header>
<main class="errors">
${renderMarkdown(readFileSync(source, 'utf8'))}</main>
</body>
</html>
`;
}
