import { changeKinds } from '#domain/change-kinds.ts';
import { Refusal, type RefusalReason } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { negotiate } from '#http/media-type.ts';
import { positionField, positionHeader } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { inWords } from '#http/words.ts';
import { type ChangePage as ChangePageFound, newestChange, readChanges } from '#operations/changes/read.ts';
import { awaitChanges } from '#operations/changes/wait.ts';
import { followingEnded } from './change-permission.ts';
import { ChangeQuery, followingOf, nextUrl } from './change-query.ts';
import { renderChanges } from './change-render.ts';
import { ChangePage } from './change-schema.ts';
import { streamOfChanges } from './change-stream.ts';
import { positionRequest } from './headers.ts';
import { problemResponses } from './responses.ts';

const eventStream = 'text/event-stream';
const lastEventHeader = 'Last-Event-ID';

/** The longest a page may be waited for is 30 s, so `wait` is in seconds. */
const second = 1000;

const kindTable = Object.entries(changeKinds).map(([kind, meaning]) => `| \`${kind}\` | ${meaning} |`);

const description = `Every committed change of the organisation, in the order of commit: who goes on from \`position\` (or \`next\`) sees each
exactly once. With \`wait\` the answer comes as soon as there is a change. With \`Accept: text/event-stream\` the changes come as
Server-Sent Events, and \`Last-Event-ID\` goes on where a stream broke off. See docs/following-changes.md.

| kind | what happened |
|---|---|
${kindTable.join('\n')}`;

const streamed = {
  contentType: eventStream,
  description:
    'Server-Sent Events: `id` is the number, `event` the kind, `data` the item as on a page. The event `position` says up to which number everything was looked at. Comments keep the connection open.',
  example:
    'retry: 1000\nid: 4710\nevent: position\ndata: {"position":4710}\n\nid: 4711\nevent: account.updated\ndata: {"number":4711,"kind":"account.updated","…":"…"}\n\n',
};

export const changeRoutes: Route[] = [
  {
    method: 'GET',
    path: '/changes',
    operationId: 'followChanges',
    summary: 'Follow what happens: page by page, waiting, or as a stream',
    description,
    tag: 'Changes',
    scope: 'changes:read',
    query: ChangeQuery,
    headers: {
      ...positionRequest,
      [lastEventHeader]:
        'With `text/event-stream`: the `id` of the last message; goes before `after`. EventSource sends it by itself',
    },
    responses: {
      200: {
        description: 'OK',
        schema: ChangePage,
        contentType: 'application/json',
        headers: ['Vary', positionHeader],
        streamed,
      },
      ...problemResponses(410),
    },
    handler: (call) => {
      const streams = negotiate(call.request, ['application/json', eventStream]) === eventStream;
      return streams ? stream(call) : page(call);
    },
  },
];

async function page(call: Call): Promise<Answer> {
  const { store, actor, query, waiting } = call;
  const following = followingOf(call);
  const { id } = actor.organisation;
  if (following.after === undefined) {
    const newest = await newestChange(store, id);
    return pageAnswer(call, [], { position: newest, newest });
  }
  const search = { ...following, after: following.after };
  let waited = false;
  const wait = () => {
    waited = true;
    return waiting.enter().signal;
  };
  const patience = { milliseconds: (query.wait ?? 0) * second, wait };
  const found = await inWords(awaitChanges(store, id, search, patience), (reason) => at(reason, 'after'));
  const ended = waited && (await followingEnded(call, following));
  if (ended) throw new Refusal(ended);
  return pageAnswer(call, await renderChanges(call, found.items, following), found);
}

function pageAnswer(call: Call, items: object[], { position, newest }: Omit<ChangePageFound, 'items'>): Answer {
  const headers = { Vary: 'Accept', ...positionField(newest) };
  return { status: 200, headers, body: { items, position, next: nextUrl(call, position) } };
}

async function stream(call: Call): Promise<Answer> {
  const { store, actor } = call;
  const following = followingOf(call);
  const { id } = actor.organisation;
  const seen = lastEventId(call);
  const from = seen ?? following.after ?? (await newestChange(store, id));
  const where = seen === undefined ? 'after' : lastEventHeader;
  const first = await inWords(readChanges(store, id, { ...following, after: from }), (reason) => at(reason, where));
  return {
    status: 200,
    // Some proxies collect a response before they pass it on, unless they are told not to.
    headers: { Vary: 'Accept', 'X-Accel-Buffering': 'no', ...positionField(first.newest) },
    contentType: eventStream,
    stream: streamOfChanges(call, following, from, first),
  };
}

/** Up to where a stream was read that broke off. Throws Refusal `invalid`. */
function lastEventId({ request }: Call): number | undefined {
  const text = request.headers[lastEventHeader.toLowerCase()];
  if (text === undefined || text === '') return undefined;
  if (/^(0|[1-9]\d{0,14})$/.test(String(text))) return Number(text);
  const message = 'must be the id of a message of this stream';
  throw new Refusal({ kind: 'invalid', in: 'header', faults: [{ path: [lastEventHeader], code: 'format', message }] });
}

/** Faults of the position, at the parameter or header it came in. */
function at(reason: RefusalReason, where: string): RefusalReason {
  if (reason.kind !== 'invalid') return reason;
  const faults = reason.faults.map((fault) => ({ ...fault, path: [where] }));
  return { kind: 'invalid', faults, in: where === lastEventHeader ? 'header' : 'query' };
}
