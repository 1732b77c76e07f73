import { allChangeKinds, type ChangeKind } from '#domain/change-kinds.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import { parseInstant } from '#domain/time.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { leastPosition, positionField, positionHeader } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { accountHistory, customerHistory, type History, type HistoryQuery } from '#operations/history/read.ts';
import { identifierParam } from './account-routes.ts';
import { customerNumberParam } from './customer-routes.ts';
import { positionRequest } from './headers.ts';
import { accountPath } from './held-answers.ts';
import { cursorOf, limitOf, pageBody } from './held-pages.ts';
import { renderEntry } from './history-render.ts';
import { AccountHistory, CustomerHistory, HistoryQuery as Query } from './history-schema.ts';
import { listResponses, withSuccess } from './responses.ts';

const pages =
  'Newest first. A page may be short, or empty, and still have a `next`: so much of the past is looked at for one page. Erased customers and accounts have a history too, without values.';

export const historyRoutes: Route[] = [
  {
    method: 'GET',
    path: '/accounts/:identifier/history',
    operationId: 'readAccountHistory',
    summary: 'What happened to an account: who changed what, when',
    description: `${pages} It is the history of the record that has the identifier, or had it last; what happened to former accounts of the same identifier is in the history of their customers.`,
    tag: 'History',
    scope: 'history:read',
    params: identifierParam,
    query: Query,
    headers: positionRequest,
    responses: withSuccess(listResponses(AccountHistory), { headers: [positionHeader] }),
    handler: async (call) => {
      const identifier = call.params.identifier as string;
      const history = await accountHistory(call.store, call.actor, identifier, queryOf(call));
      return pageOf(call, accountPath(identifier, 'history'), history);
    },
  },
  {
    method: 'GET',
    path: '/customers/:customerNumber/history',
    operationId: 'readCustomerHistory',
    summary: 'What happened to a customer and the customer’s accounts: who changed what, when',
    description: `${pages} An account that changed because its customer did has an entry too; what changed is told at the customer’s own.`,
    tag: 'History',
    scope: 'history:read',
    params: customerNumberParam,
    query: Query,
    headers: positionRequest,
    responses: withSuccess(listResponses(CustomerHistory), { headers: [positionHeader] }),
    handler: async (call) => {
      const customerNumber = Number(call.params.customerNumber);
      const history = await customerHistory(call.store, call.actor, customerNumber, queryOf(call));
      return pageOf(call, `/v1/customers/${customerNumber}/history`, history);
    },
  },
];

function pageOf(call: Call, path: string, { entries, next, position }: History): Answer {
  const items = entries.map((entry) => renderEntry(entry, call.actor));
  const body = pageBody(call, path, items, next === undefined ? undefined : String(next));
  return { status: 200, headers: positionField(position), body };
}

/** Throws Refusal `invalid` with every faulty parameter. */
function queryOf(call: Call): HistoryQuery {
  const { kind, from, until } = call.query;
  const faults: Fault[] = [];
  const cursor = cursorOf(call);
  if (cursor !== undefined && !/^[1-9]\d{0,15}$/.test(cursor))
    faults.push({ path: ['cursor'], code: 'format', message: 'must be the cursor of a `next` URL' });
  const kinds = kind?.split(',').map((name: string) => name.trim());
  if (kinds && !kinds.every(isKind))
    faults.push({
      path: ['kind'],
      code: 'value',
      message: `must be, separated by commas: ${allChangeKinds.join(', ')}`,
    });
  const query = { below: cursor === undefined ? undefined : Number(cursor), from: dateOf(from), until: dateOf(until) };
  if (query.from && query.until && query.from >= query.until)
    faults.push({ path: ['until'], code: 'range', message: 'must be after from' });
  refuseFaults(faults, 'query');
  return { ...query, kinds, limit: limitOf(call), least: leastPosition(call.request) };
}

function isKind(name: string): name is ChangeKind {
  return (allChangeKinds as string[]).includes(name);
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : parseInstant(text);
}
