import type { Aggregate } from '#domain/account.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { json } from './account-routes.ts';
import { update } from './accounts.ts';
import { refuseSellers } from './linked-accounts.ts';
import type { PersonInput } from './parse.ts';
import { updateAnswer } from './render.ts';
import { CompletedAction } from './representation.ts';
import { errors } from './responses.ts';
import { Action, accountParams } from './schema.ts';

/** Endpoint 3 of imin.md 2.3: one address for all actions, told apart by `@type`. */
export const actionRoutes: Route[] = [
  {
    method: 'POST',
    path: '/customer-accounts/:id/actions',
    operationId: 'performAction',
    summary: 'Change an account',
    description: 'CustomerUpdateAction: the members named in `object` are changed, null clears, all others stay.',
    tag: 'Customer accounts',
    scope: 'openactive-customeraccount-modify',
    params: accountParams,
    headers: { 'If-Match': '' },
    body: Action,
    consumes: json,
    responses: {
      200: { description: 'Done; `object` holds the members that were changed', schema: CompletedAction },
      ...errors(409, 410, 412, 413, 415, 422),
    },
    handler: updateCustomer,
  },
];

/** CustomerUpdateAction (imin.md 2.5.1). All or nothing: one bad member or Seller and nothing is applied. */
async function updateCustomer(call: Call): Promise<Answer> {
  const { object, seller = [] } = call.body as { object: PersonInput; seller?: string[] };
  if (Object.keys(object).every((member) => member === '@type')) {
    refuseFaults([{ path: ['object'], code: 'empty', message: 'must name at least one member to change' }]);
  }
  const render = ({ customer }: Aggregate) => updateAnswer(customer, object);
  const check = () => refuseSellers(seller);
  return render(await update(call, object, { place: ['object'], check, keep: call.keep(render) }));
}
