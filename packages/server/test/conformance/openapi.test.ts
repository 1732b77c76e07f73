import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openApiDocument, openApiPath } from '#http/openapi.ts';
import { dialects } from '#server';

const redocly = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin/cli.js');
const rules = fileURLToPath(new URL('../support/redocly.yaml', import.meta.url));

/** All that Redocly has to say of a document; it asks nobody else. */
async function lint(name: string, document: object): Promise<{ totals: object; problems: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'redocly-'));
  try {
    const file = `${name}.json`;
    writeFileSync(join(directory, file), JSON.stringify(document));
    copyFileSync(rules, join(directory, 'redocly.yaml'));
    const child = spawn(process.execPath, [redocly, 'lint', file, '--format=json', '--max-problems=1000'], {
      cwd: directory,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    assert.ok(output.startsWith('{'), `Redocly could not read the document:\n${output}${errors}`);
    const { totals, problems } = JSON.parse(output);
    type Problem = { ruleId: string; message: string; location: { pointer?: string }[] };
    return {
      totals,
      problems: problems.map(
        ({ ruleId, message, location }: Problem) => `${ruleId} ${location[0]?.pointer}: ${message}`,
      ),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

for (const dialect of dialects) {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents freely
  const document: any = openApiDocument(dialect, 'http://127.0.0.1:8080');

  test(`${dialect.name}: Redocly finds nothing to object to`, async () => {
    assert.deepEqual(await lint(dialect.name, document), {
      totals: { errors: 0, warnings: 0, ignored: 0 },
      problems: [],
    });
  });

  test(`${dialect.name}: the document has every route with every status, and nothing else`, () => {
    assert.ok(dialect.routes.length > 0);
    const wanted = dialect.routes.map(
      ({ method, path, responses }) => `${method} ${openApiPath(dialect, path)} ${Object.keys(responses)}`,
    );
    const documented = Object.entries<Record<string, { responses: object }>>(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, { responses }]) => `${method.toUpperCase()} ${path} ${Object.keys(responses)}`,
      ),
    );
    assert.deepEqual(documented.sort(), wanted.sort());
  });

  test(`${dialect.name}: docs/openapi/${dialect.name}.json is what the routes say`, () => {
    const committed = readFileSync(new URL(`../../../../docs/openapi/${dialect.name}.json`, import.meta.url), 'utf8');
    const current = `${JSON.stringify(document, null, 2)}\n`;
    assert.ok(
      committed === current,
      'It is out of date: run "node scripts/openapi.mjs" on Node 24 and commit the result.',
    );
  });
}

test('Redocly itself works: it objects to an operation without a summary', async () => {
  const faulty = {
    openapi: '3.1.0',
    info: { title: 'Faulty', version: '1', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: 'http://127.0.0.1:8080' }],
    security: [],
    paths: {
      '/x': { get: { operationId: 'x', responses: { 200: { description: 'OK' }, 404: { description: 'No' } } } },
    },
  };
  assert.deepEqual((await lint('faulty', faulty)).problems, [
    'operation-summary #/paths/~1x/get/summary: Operation object should contain `summary` field.',
  ]);
});
