import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from 'typebox';
import { type Dialect, perSecond } from '#http/dialect.ts';
import { openApiDocument } from '#http/openapi.ts';
import type { Route } from '#http/route.ts';
import { text } from '#http/text.ts';

const Thing = Type.Object(
  { title: text(10), kind: Type.Union([Type.Literal('a'), Type.Literal('b')]) },
  { title: 'Thing' },
);

function dialectOf(...routes: Partial<Route>[]): Dialect {
  return {
    name: 'native',
    title: 'Test',
    description: 'A dialect of this test',
    prefix: '/t',
    credentials: { bearer: true, apiKey: true },
    bodyLimit: 1,
    produces: ['application/json', 'application/ld+json'],
    clientLimit: (_request, client) => perSecond(client),
    refuse: () => ({ status: 400 }),
    routes: routes.map((route, index) => ({
      method: 'GET',
      path: `/things${index}`,
      operationId: `operation${index}`,
      summary: 'Do',
      tag: 'Things',
      scope: 'customers:read',
      responses: { 204: { description: 'Done' } },
      handler: async () => ({ status: 204 }),
      ...route,
    })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents freely
const documentOf = (...routes: Partial<Route>[]): any =>
  openApiDocument(dialectOf(...routes), 'https://accounts.example.com');
const answering = (schema: TSchema) => ({ responses: { 200: { description: 'OK', schema } } });

test('a schema with a title stands once under components, without keywords of ours', () => {
  const document = documentOf(
    answering(Thing),
    answering(Type.Object({ things: Type.Array(Thing) }, { title: 'List of things' })),
  );
  assert.deepEqual(Object.keys(document.components.schemas), ['ListOfThings', 'Thing']);
  assert.deepEqual(document.components.schemas.Thing, {
    type: 'object',
    required: ['title', 'kind'],
    properties: { title: { type: 'string', minLength: 1, maxLength: 10 }, kind: { type: 'string', enum: ['a', 'b'] } },
    title: 'Thing',
  });
  assert.deepEqual(document.components.schemas.ListOfThings.properties.things.items, {
    $ref: '#/components/schemas/Thing',
  });
});

test('what is secret is marked as never sent back', () => {
  const schema = Type.Object({ password: Type.String({ 'x-secret': true, example: 'hunter2' }) });
  const document = documentOf({ method: 'POST', body: schema });
  const { password } = document.paths['/t/things0'].post.requestBody.content['application/json'].schema.properties;
  assert.deepEqual(password, { type: 'string', writeOnly: true, examples: ['hunter2'] });
});

test('the response has every media type of the dialect, or the one of its own', () => {
  const own = { 200: { description: 'OK', schema: Thing, contentType: 'text/x-thing' } };
  const document = documentOf(answering(Thing), { responses: own });
  const contentOf = (path: string) => Object.keys(document.paths[path].get.responses[200].content);
  assert.deepEqual(contentOf('/t/things0'), ['application/json', 'application/ld+json']);
  assert.deepEqual(contentOf('/t/things1'), ['text/x-thing']);
});

test('two schemas with one title are refused', () => {
  const other = Type.Object({ other: Type.String() }, { title: 'Thing' });
  assert.throws(() => documentOf(answering(Thing), answering(other)), /Two different schemas have the title Thing/);
});

test('two routes with one address are refused', () => {
  assert.throws(() => documentOf({ path: '/x' }, { path: '/x' }), /native has two routes GET \/t\/x/);
});

test('a schema that refers to others by address is refused', () => {
  assert.throws(() => documentOf(answering({ $ref: '#/elsewhere' } as TSchema)), /uses \$ref/);
});

test('parameters: from the path, the query and the headers', () => {
  const document = documentOf({
    path: '/things/:id/parts/:part',
    params: Type.Object({ part: Type.String({ maxLength: 5, description: 'its name' }) }),
    query: Type.Object({ limit: Type.Optional(Type.Integer()), q: Type.String() }),
    headers: { 'If-Match': 'Only this version' },
  });
  const { parameters } = document.paths['/t/things/{id}/parts/{part}'].get;
  assert.deepEqual(parameters, [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    { name: 'part', in: 'path', required: true, description: 'its name', schema: { type: 'string', maxLength: 5 } },
    { name: 'limit', in: 'query', required: false, schema: { type: 'integer' } },
    { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
    { name: 'If-Match', in: 'header', required: false, description: 'Only this version', schema: { type: 'string' } },
    { $ref: '#/components/parameters/CorrelationId' },
  ]);
});

test('Idempotency-Key: on every POST that writes, on no other', () => {
  const document = documentOf({ method: 'POST' }, { method: 'POST', readOnly: true }, { method: 'PUT' });
  const takesKey = ({ parameters }: { parameters: { name?: string }[] }) =>
    parameters.some(({ name }) => name === 'Idempotency-Key');
  const { '/t/things0': writes, '/t/things1': reads, '/t/things2': puts } = document.paths;
  assert.deepEqual([writes.post, reads.post, puts.put].map(takesKey), [true, false, false]);
});

test('the body: required unless it may be left out, in every media type that the route takes', () => {
  const consumes = ['application/json', 'application/merge-patch+json'];
  const document = documentOf(
    { method: 'POST', body: Thing },
    { method: 'POST', body: Thing, bodyOptional: true, consumes },
  );
  const [required, optional] = Object.values<Record<string, { requestBody: { required: boolean; content: object } }>>(
    document.paths,
  ).map(({ post }) => post?.requestBody);
  assert.deepEqual(required, {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
  });
  assert.equal(optional?.required, false);
  assert.deepEqual(Object.keys(optional?.content ?? {}), consumes);
});

test('security: any of the schemes and the scope; none on a public route', () => {
  const document = documentOf({}, { scope: null });
  assert.deepEqual(Object.keys(document.components.securitySchemes), ['bearer', 'apiKey']);
  const { '/t/things0': closed, '/t/things1': open } = document.paths;
  assert.deepEqual(closed.get.security, [{ bearer: [] }, { apiKey: [] }]);
  assert.deepEqual(closed.get['x-scopes'], ['customers:read']);
  assert.deepEqual(open.get.security, []);
  assert.ok(!('x-scopes' in open.get));
});

test('errors that are the same stand once; another with the same status gets a name of its own', () => {
  const failing = (description: string) => ({ responses: { 404: { description } } });
  const document = documentOf(failing('Not there'), failing('Not there'), failing('Not yours'));
  const references = [0, 1, 2].map((index) => document.paths[`/t/things${index}`].get.responses[404].$ref);
  assert.deepEqual(references, [
    '#/components/responses/404',
    '#/components/responses/404',
    '#/components/responses/404-2',
  ]);
  assert.equal(document.components.responses['404-2'].description, 'Not yours');
});

test('the dialect adds to its operations and explains its headers', () => {
  const dialect: Dialect = {
    ...dialectOf({ responses: { 204: { description: 'Done', headers: ['X-Own', 'ETag'] } } }),
    openapi: {
      securitySchemes: { jwt: { type: 'http', scheme: 'bearer' } },
      extend: ({ scope }) => ({ 'x-permissions': [scope] }),
      tags: [{ name: 'Things', description: 'All things' }],
      headers: { 'X-Own': 'Our own' },
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const document: any = openApiDocument(dialect, 'https://accounts.example.com');
  const operation = document.paths['/t/things0'].get;
  assert.deepEqual(operation['x-permissions'], ['customers:read']);
  assert.deepEqual(operation.security, [{ jwt: [] }]);
  assert.deepEqual(document.tags, [{ name: 'Things', description: 'All things' }]);
  assert.deepEqual(document.components.headers['X-Own'], { description: 'Our own', schema: { type: 'string' } });
  for (const name of ['X-Own', 'ETag', 'X-Request-Id', 'X-Correlation-Id', 'RateLimit', 'RateLimit-Policy']) {
    assert.deepEqual(operation.responses[204].headers[name], { $ref: `#/components/headers/${name}` });
  }
});

test('a route that takes files says so: a form, how many files and of what kind, which texts', () => {
  const types = ['application/pdf', 'image/jpeg'];
  const upload = { file: 'file', maxFiles: 5, types, texts: { note: { maxLength: 1000, description: 'Words' } } };
  const { requestBody } = documentOf({ method: 'POST', upload }).paths['/t/things0'].post;
  assert.equal(requestBody.required, true);
  assert.deepEqual(Object.keys(requestBody.content), ['multipart/form-data']);
  const { schema, encoding } = requestBody.content['multipart/form-data'];
  assert.deepEqual(encoding, { file: { contentType: 'application/pdf, image/jpeg' } });
  assert.deepEqual([schema.required, schema.additionalProperties], [['file'], false]);
  const { file, note } = schema.properties;
  assert.deepEqual([file.type, file.minItems, file.maxItems, file.items.format], ['array', 1, 5, 'binary']);
  assert.deepEqual(note, { type: 'string', maxLength: 1000, description: 'Words' });
});

test('webhooks: what the reader will get, with its headers, schema and examples; none where a dialect sends nothing', () => {
  const message = {
    name: 'thingHappened',
    summary: 'A thing',
    description: 'It happened',
    tag: 'Things',
    headers: { 'webhook-id': 'Its id' },
    body: Thing,
    examples: { one: { summary: 'One', value: { title: 'x', kind: 'a' } } },
    responses: { '2XX': 'It arrived', 410: 'No more' },
  };
  const dialect: Dialect = { ...dialectOf({}), openapi: { tags: [], webhooks: [message] } };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const document: any = openApiDocument(dialect, 'https://accounts.example.com');
  const { post } = document.webhooks.thingHappened;
  assert.deepEqual([post.operationId, post.security, post.tags], ['thingHappened', [], ['Things']]);
  assert.deepEqual(post.parameters, [
    { name: 'webhook-id', in: 'header', required: true, description: 'Its id', schema: { type: 'string' } },
  ]);
  assert.deepEqual(post.requestBody, {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' }, examples: message.examples } },
  });
  assert.deepEqual(post.responses, { '2XX': { description: 'It arrived' }, 410: { description: 'No more' } });
  assert.ok(document.components.schemas.Thing);
  assert.ok(!('webhooks' in documentOf({})));
});
