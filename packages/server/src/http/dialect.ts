import type { FastifyRequest } from 'fastify';
import type { DialectName } from '#domain/actor.ts';
import type { RefusalReason } from '#domain/refusal.ts';
import type { ApiClient } from '#operations/clients/authenticate.ts';
import type { Answer } from './answer.ts';
import type { WebhookSpec } from './openapi-webhooks.ts';
import type { Route } from './route.ts';

/** One limit on a request: who is counted, how many per how many seconds, under which published name. */
export type Limit = { key: string; policy: string; limit: number; window: number };

/** What a refusal can say of the request it answers; the organisation is unknown until the key is. */
export type RefusedCall = {
  request: FastifyRequest;
  publicUrl: string;
  /** Base URL of the organisation where known, else the installation's. */
  baseUrl: string;
  requestId: string;
  correlationId: string;
  now: Date;
  /** The route, where one was found. */
  route?: Route;
};

/** A wire contract over the one record: its routes, its limits and its error shape. */
export type Dialect = {
  name: DialectName;
  title: string;
  description: string;
  /** Path before every route, e.g. `/v1`. */
  prefix: string;
  credentials: { bearer: boolean; apiKey: boolean };
  /** Largest request body, bytes. */
  bodyLimit: number;
  /** Longest URL, characters; absent: the HTTP server's own limit. */
  urlLimit?: number;
  /** Media types of successful bodies, the default first; the caller's Accept chooses. One: no negotiation. */
  produces: readonly string[];
  /** Header fields on every response. */
  headers?: (call: { request: FastifyRequest }) => Record<string, string>;
  /** Limit by address, before credentials are looked at. */
  addressLimit?: (request: FastifyRequest, settings: AddressLimits) => Limit;
  /** Limit by API client. */
  clientLimit: (request: FastifyRequest, client: ApiClient) => Limit;
  /** `createdBy` / `changedBy` for this request, where the dialect has a header for it. */
  actorName?: (request: FastifyRequest) => string | undefined;
  refuse: (reason: RefusalReason, call: RefusedCall) => Answer;
  routes: readonly Route[];
  /** What the OpenAPI document says beyond the routes: extensions per route, the meaning of response headers of its own. */
  openapi?: {
    /** Default: the key as bearer token and in X-API-KEY, as far as `credentials` takes them. */
    securitySchemes?: Record<string, object>;
    extend?: (route: Route) => object;
    tags: { name: string; description: string }[];
    headers?: Record<string, string>;
    /** What is sent to those who subscribed. */
    webhooks?: readonly WebhookSpec[];
  };
};

/** Requests per second and address: with a well-formed ET-Client-Name, and without (entur.md 1.5). */
export type AddressLimits = { identified: number; unidentified: number };

/** The default of all dialects but Entur: requests per second and key (architecture.md, Settled 8). */
export function perSecond(client: ApiClient): Limit {
  return { key: `client:${client.id}`, policy: 'client-second', limit: client.rateLimits.perSecond ?? 1000, window: 1 };
}
