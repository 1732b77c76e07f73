import type { Dialect } from './dialect.ts';
import { headerParameters } from './openapi-headers.ts';
import { contentOf, type SharedResponses } from './openapi-responses.ts';
import type { Part, Schemas } from './openapi-schemas.ts';
import { uploadBody } from './openapi-upload.ts';
import { consumedBy, type Route } from './route.ts';

/** What the operations of one document share. */
export type Context = { dialect: Dialect; schemas: Schemas; responses: SharedResponses; security: object[] };

/** One route as an operation object. */
export function operationOf({ dialect, schemas, responses, security }: Context, route: Route): Part {
  const { body, upload, scope } = route;
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tags: [route.tag],
    ...(scope === null ? { security: [] } : { security, 'x-scopes': [scope] }),
    parameters: [...pathParameters(route, schemas), ...queryParameters(route, schemas), ...headerParameters(route)],
    ...(body && {
      requestBody: { required: !route.bodyOptional, content: contentOf(consumedBy(route), body, schemas) },
    }),
    ...(upload && { requestBody: uploadBody(upload) }),
    responses: Object.fromEntries(
      Object.entries(route.responses).map(([status, spec]) => [
        status,
        responses.place(dialect, route, Number(status), spec, schemas),
      ]),
    ),
    ...dialect.openapi?.extend?.(route),
  };
}

type ObjectSchema = { properties?: Record<string, Part>; required?: string[] };

/** The parameters that the path names, in its order; the route's schema says more about them. */
function pathParameters({ path, params }: Route, schemas: Schemas): Part[] {
  const described = (params as ObjectSchema | undefined)?.properties ?? {};
  const names = [...path.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name]) => name as string);
  return names.map((name) => parameter(name, 'path', true, described[name] ?? { type: 'string' }, schemas));
}

function queryParameters({ query }: Route, schemas: Schemas): Part[] {
  const { properties = {}, required = [] } = (query ?? {}) as ObjectSchema;
  return Object.entries(properties).map(([name, schema]) =>
    parameter(name, 'query', required.includes(name), schema, schemas),
  );
}

function parameter(name: string, place: 'path' | 'query', required: boolean, schema: Part, schemas: Schemas): Part {
  const { description, ...rest } = schema;
  // A schema with a title stands elsewhere, with its description.
  const placed = schemas.place(schema.title ? schema : rest);
  return { name, in: place, required, ...(description ? { description } : {}), schema: placed };
}
