import type { Actor } from '#domain/actor.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { leastPosition, positionField, positionHeader } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { type FeedItem, readAccountFeed } from '#operations/accounts/feed.ts';
import { FeedPage, FeedQuery, usualItems } from './feed-schema.ts';
import { feedBody } from './render.ts';
import { errors, shown, withKey } from './responses.ts';

const path = '/feeds/customer-accounts';
/** Seconds for which somebody who has just got an empty page need not ask again (openactive.md 3.10). */
const rest = 5;

/** All accounts in the order of their newest changes, by RPDE (openactive.md 2.13, 3.10). */
export const feedRoute: Route = {
  method: 'GET',
  path,
  operationId: 'getCustomerAccountFeed',
  summary: 'Follow all accounts of the organisation: a private feed of Realtime Paged Data Exchange',
  description: [
    'Begin without parameters and go on with `next`. Each account is in the feed once, where it changed last, without personal data:',
    'read the account where you need the person. `modified` rises with every change of what an account shows. The last page is empty',
    'and its own `next`: ask for it again at least every minute, and at most every 5 seconds (429). Accounts that are gone are `deleted`',
    'items for 30 days, or as long as the organisation decides, at least 7: whoever was away for longer begins anew.',
  ].join(' '),
  tag: 'Feed',
  scope: 'openactive-customeraccount-query',
  headers: { [positionHeader]: '' },
  query: FeedQuery,
  produces: ['application/vnd.openactive.booking+json; version=1', 'application/json'],
  responses: { 200: shown('A page', FeedPage, 'Cache-Control', positionHeader), ...errors(...withKey) },
  handler: async (call) => {
    const { afterChangeNumber: after = 0, limit = usualItems } = call.query as Page;
    const least = leastPosition(call.request);
    const { items, position } = await readAccountFeed(call.store, call.actor, { after, limit, least });
    if (items.length === 0) call.limit(emptyPages(call.actor, after));
    return pageAnswer(call, items, position);
  },
};

type Page = { afterChangeNumber?: number; limit?: number };

/** Pages with items are as many as anybody wants. */
function emptyPages({ client }: Actor, after: number) {
  return { key: `client:${client.id}:${after}`, policy: 'empty-feed-page', limit: 1, window: rest };
}

function pageAnswer({ request, query, actor }: Call, items: FeedItem[], position: number): Answer {
  const { limit } = query as Page;
  const own = request.url.indexOf('?');
  const last = items.at(-1);
  const next = last
    ? `?afterChangeNumber=${last.changeNumber}${limit === undefined ? '' : `&limit=${limit}`}`
    : request.url.slice(own < 0 ? request.url.length : own);
  const body = {
    next: `${actor.organisation.baseUrl}/openactive${path}${next}`,
    items: items.map((item) => itemView(item, actor)),
  };
  return { status: 200, headers: { 'Cache-Control': 'private, no-store', ...positionField(position) }, body };
}

function itemView({ identifier, changeNumber, account }: FeedItem, actor: Actor): object {
  const item = { kind: 'CustomerAccount', id: identifier, modified: changeNumber };
  return account ? { state: 'updated', ...item, data: feedBody(account, actor) } : { state: 'deleted', ...item };
}
