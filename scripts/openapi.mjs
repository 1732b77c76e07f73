// `node scripts/openapi.mjs` writes the OpenAPI documents of all dialects to docs/openapi/, as a server with the default
// settings serves them. A test compares them with the routes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { openApiDocument } from '../packages/server/src/http/openapi.ts';
import { dialects } from '../packages/server/src/server.ts';

const directory = new URL('../docs/openapi/', import.meta.url);
mkdirSync(directory, { recursive: true });
for (const dialect of dialects) {
  const document = openApiDocument(dialect, 'http://127.0.0.1:8080');
  writeFileSync(new URL(`${dialect.name}.json`, directory), `${JSON.stringify(document, null, 2)}\n`);
}
