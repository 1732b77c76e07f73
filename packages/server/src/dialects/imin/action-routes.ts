import type { Aggregate } from '#domain/account.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { removeBrokerEntitlement } from '#operations/entitlements/remove-broker-entitlement.ts';
import { json } from './account-routes.ts';
import { update } from './accounts.ts';
import { Action, type ActionType } from './action-schema.ts';
import { accountMatch, identifierOf } from './conditions.ts';
import { updateEntitlement } from './entitlement-action.ts';
import { refuseSellers } from './linked-accounts.ts';
import type { PersonInput } from './parse.ts';
import { updateAccessPass } from './pass-action.ts';
import { updateAnswer } from './render.ts';
import { CompletedAction } from './representation.ts';
import { errors } from './responses.ts';
import { accountParams } from './schema.ts';

const tag = 'Customer accounts';

/** Endpoints 3 and 6 of imin.md 2.3: one address for all actions, told apart by `@type`, and the removal that no action is for. */
export const actionRoutes: Route[] = [
  {
    method: 'POST',
    path: '/customer-accounts/:id/actions',
    operationId: 'performAction',
    summary: 'Change an account',
    description:
      'CustomerUpdateAction: the members named in `object` are changed, null clears, all others stay. imin:EntitlementUpdateAction: the one entitlement of the broker list, in place of the former one. imin:AccessPassUpdateAction: the one access pass, in place of the former one.',
    tag,
    scope: 'openactive-customeraccount-modify',
    ahead: true,
    params: accountParams,
    headers: { 'If-Match': '' },
    body: Action,
    consumes: json,
    responses: {
      200: { description: 'Done; `object` holds what it led to', schema: CompletedAction },
      ...errors(409, 410, 412, 413, 415, 422),
    },
    handler: (call) => handlers[call.body['@type'] as ActionType](call),
  },
  {
    method: 'DELETE',
    path: '/customer-accounts/:id/entitlement',
    operationId: 'removeEntitlement',
    summary: 'Take the entitlement of the broker list away',
    description: 'Pending and future ones go too. Nothing happens when there is none.',
    tag,
    scope: 'openactive-customeraccount-modify',
    params: accountParams,
    headers: { 'If-Match': '' },
    responses: { 204: { description: 'There is none any more' }, ...errors(410, 412, 413) },
    handler: removeEntitlement,
  },
];

const handlers: Record<ActionType, (call: Call) => Promise<Answer>> = {
  CustomerUpdateAction: updateCustomer,
  'imin:EntitlementUpdateAction': updateEntitlement,
  'imin:AccessPassUpdateAction': updateAccessPass,
};

/** CustomerUpdateAction (imin.md 2.5.1). All or nothing: one bad member or Seller and nothing is applied. */
async function updateCustomer(call: Call): Promise<Answer> {
  const { object, seller = [] } = call.body as { object: PersonInput; seller?: string[] };
  if (Object.keys(object).every((member) => member === '@type')) {
    refuseFaults([{ path: ['object'], code: 'empty', message: 'must name at least one member to change' }]);
  }
  const render = ({ customer }: Aggregate) => updateAnswer(customer, object);
  const check = () => refuseSellers(seller);
  return answering(call, render, (keep) => update(call, object, { place: ['object'], check, keep }));
}

async function removeEntitlement(call: Call): Promise<Answer> {
  const identifier = identifierOf(call);
  await removeBrokerEntitlement(call.store, call.actor, identifier, accountMatch(call, identifier));
  return { status: 204 };
}
