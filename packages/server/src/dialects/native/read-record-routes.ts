import { Type } from 'typebox';
import { compact } from '#domain/compact.ts';
import { parseInstant } from '#domain/time.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { type ReadGap as Gap, listReadGaps, listReads, type ReadRecord as Read } from '#operations/reads/trace.ts';
import { customerNumberParam } from './customer-routes.ts';
import { heldQuery, limitOf, pageBody, timedCursorOf, timedKey } from './held-pages.ts';
import { ReadGapList, ReadRecordList } from './read-record-schema.ts';
import { listResponses } from './responses.ts';

const tag = 'Read records';
const instant = (description: string) =>
  Type.Optional(
    Type.String({ format: 'date-time', description: `${description} (a date: 00:00 UTC; + is written %2B)` }),
  );

/** Who read personal data. Asking for that leaves no record itself. */
export const readRecordRoutes: Route[] = [
  {
    method: 'GET',
    path: '/customers/:customerNumber/reads',
    operationId: 'listReads',
    summary: "List who read a customer's data, newest first",
    description:
      'Of an erased customer too. One item per request; a read appears within seconds. For how long they are kept, and whether there are any, the settings of the organisation say.',
    tag,
    scope: 'reads:read',
    params: customerNumberParam,
    query: heldQuery({ from: instant('reads at or after this instant'), until: instant('reads before this instant') }),
    responses: listResponses(ReadRecordList),
    handler: async (call) => {
      const { store, actor, params, query } = call;
      const number = Number(params.customerNumber);
      const asked = { ...page(call), from: instantOf(query.from), until: instantOf(query.until) };
      const { reads, more } = await listReads(store, actor, number, asked);
      const last = more ? reads.at(-1) : undefined;
      const next = last && timedKey({ at: last.at, id: last.requestId });
      return { status: 200, body: pageBody(call, `/v1/customers/${number}/reads`, reads.map(renderRead), next) };
    },
  },
  {
    method: 'GET',
    path: '/read-gaps',
    operationId: 'listReadGaps',
    summary: 'List the times in which reads may not have been recorded, newest first',
    description: 'Because the database did not take them for long, or because a server was killed.',
    tag,
    scope: 'reads:read',
    query: heldQuery(),
    responses: listResponses(ReadGapList),
    handler: async (call) => {
      const { gaps, more } = await listReadGaps(call.store, call.actor, page(call));
      const last = more ? gaps.at(-1) : undefined;
      const next = last && timedKey({ at: last.from, id: last.id });
      return { status: 200, body: pageBody(call, '/v1/read-gaps', gaps.map(renderGap), next) };
    },
  },
];

function renderRead({ account, ...read }: Read): object {
  return compact({ ...read, accountNumber: account?.number, identifier: account?.identifier });
}

function renderGap({ id: _, ...gap }: Gap): object {
  return gap;
}

function page(call: Call) {
  return { after: timedCursorOf(call), limit: limitOf(call) };
}

function instantOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : parseInstant(text);
}
