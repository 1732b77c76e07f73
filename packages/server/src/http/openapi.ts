import packageJson from '../../package.json' with { type: 'json' };
import type { Dialect } from './dialect.ts';
import { headerComponents, sharedParameters } from './openapi-headers.ts';
import { operationOf } from './openapi-operation.ts';
import { SharedResponses } from './openapi-responses.ts';
import { type Part, Schemas } from './openapi-schemas.ts';
import { webhooksOf } from './openapi-webhooks.ts';

/**
 * The OpenAPI 3.1 document of a dialect, made from its routes and webhooks and nothing else.
 *
 * @param publicUrl origin of this installation, without trailing slash
 * @throws Error when routes or schemas contradict each other: two routes with one address, two schemas with one title
 */
export function openApiDocument(dialect: Dialect, publicUrl: string): Part {
  const schemas = new Schemas();
  const responses = new SharedResponses();
  const securitySchemes = dialect.openapi?.securitySchemes ?? schemesOf(dialect);
  // Any one of them is enough.
  const security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));
  const paths: Record<string, Part> = {};
  for (const route of dialect.routes) {
    const path = openApiPath(dialect, route.path);
    paths[path] ??= {};
    const method = route.method.toLowerCase();
    if (paths[path][method]) throw new Error(`${dialect.name} has two routes ${route.method} ${path}.`);
    paths[path][method] = operationOf({ dialect, schemas, responses, security }, route);
  }
  const webhooks = dialect.openapi?.webhooks;
  return {
    openapi: '3.1.0',
    info: {
      title: dialect.title,
      version: packageJson.version,
      description: dialect.description,
      license: { name: packageJson.license, identifier: packageJson.license },
    },
    servers: [{ url: publicUrl }],
    tags: dialect.openapi?.tags ?? [...new Set(dialect.routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    ...(webhooks && { webhooks: webhooksOf(webhooks, schemas) }),
    components: {
      securitySchemes,
      parameters: sharedParameters,
      headers: headerComponents(dialect),
      responses: responses.components,
      schemas: schemas.components,
    },
  };
}

/** The address of a route as OpenAPI writes it: `/v1/customers/{customerNumber}`. */
export function openApiPath({ prefix }: Dialect, path: string): string {
  return `${prefix}${path}`.replaceAll(/:([A-Za-z0-9_]+)/g, '{$1}');
}

function schemesOf({ credentials }: Dialect): Record<string, object> {
  const bearer = { type: 'http', scheme: 'bearer', description: 'The API key: `Authorization: Bearer <key>`.' };
  const apiKey = { type: 'apiKey', in: 'header', name: 'X-API-KEY', description: 'The API key: `X-API-KEY: <key>`.' };
  return { ...(credentials.bearer && { bearer }), ...(credentials.apiKey && { apiKey }) };
}
