import type { TSchema } from 'typebox';
import type { Part, Schemas } from './openapi-schemas.ts';

/** A message that is sent to whoever subscribed to it. */
export type WebhookSpec = {
  /** Unique in the document. */
  name: string;
  summary: string;
  description: string;
  tag: string;
  /** Header fields of the message, with their meaning. */
  headers: Record<string, string>;
  body: TSchema;
  examples: Record<string, { summary: string; value: unknown }>;
  /** What answers of the receiver mean, by status or range (`2XX`). */
  responses: Record<string, string>;
};

/** `webhooks` of a document: the requests that its reader will get. */
export function webhooksOf(specs: readonly WebhookSpec[], schemas: Schemas): Record<string, Part> {
  return Object.fromEntries(specs.map((spec) => [spec.name, { post: messageOf(spec, schemas) }]));
}

function messageOf(spec: WebhookSpec, schemas: Schemas): Part {
  const { name, summary, description, tag, headers, body, examples, responses } = spec;
  return {
    operationId: name,
    summary,
    description,
    tags: [tag],
    security: [],
    parameters: Object.entries(headers).map(([header, meaning]) => ({
      name: header,
      in: 'header',
      required: true,
      description: meaning,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema: schemas.place(body), examples } } },
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, meaning]) => [status, { description: meaning }]),
    ),
  };
}
