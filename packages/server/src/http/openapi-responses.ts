import { isDeepStrictEqual } from 'node:util';
import type { Dialect } from './dialect.ts';
import { headersOfResponse } from './openapi-headers.ts';
import type { Part, Schemas } from './openapi-schemas.ts';
import { producedBy, type ResponseSpec, type Route } from './route.ts';

/**
 * The responses of one document. Errors are the same nearly everywhere: each stands once under `components/responses`, named by its
 * status, the second kind `404-2`.
 */
export class SharedResponses {
  readonly #components = new Map<string, Part>();

  /** A response as it stands in its operation. */
  place(dialect: Dialect, route: Route, status: number, spec: ResponseSpec, schemas: Schemas): Part {
    const response = {
      description: spec.description,
      headers: headersOfResponse(dialect, route, status, spec),
      ...(spec.schema && {
        content: {
          ...contentOf(typesOf(dialect, route, status, spec), spec.schema, schemas),
          ...(spec.streamed && streamOf(spec.streamed)),
        },
      }),
    };
    return status < 400 ? response : this.#share(status, response);
  }

  get components(): Record<string, Part> {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #share(status: number, response: Part): Part {
    let name = String(status);
    for (let number = 2; !isDeepStrictEqual(this.#components.get(name) ?? response, response); number += 1) {
      name = `${status}-${number}`;
    }
    this.#components.set(name, response);
    return { $ref: `#/components/responses/${name}` };
  }
}

function typesOf(dialect: Dialect, route: Route, status: number, { contentType }: ResponseSpec): readonly string[] {
  if (contentType) return [contentType];
  return status < 400 ? producedBy(route, dialect) : dialect.produces;
}

/** The same schema for each of the media types. */
export function contentOf(types: readonly string[], schema: unknown, schemas: Schemas): Part {
  const placed = schemas.place(schema);
  return Object.fromEntries(types.map((type) => [type, { schema: placed }]));
}

function streamOf({ contentType, description, example }: NonNullable<ResponseSpec['streamed']>): Part {
  return { [contentType]: { schema: { type: 'string', description }, example } };
}
