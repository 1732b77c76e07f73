import { Type } from 'typebox';
import { todayOf } from '#domain/actor.ts';
import { dateIn, isDate } from '#domain/time.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { customerEntitlementsOn } from '#operations/entitlements/of-customer.ts';
import { renderEntitlement } from './entitlement-render.ts';
import { EntitlementList } from './entitlement-schema.ts';
import { common } from './headers.ts';
import { customerNumberOf, instantOf } from './params.ts';
import { responses } from './responses.ts';
import { CustomerPath, ErrorResponse } from './schema.ts';

/** What a customer is entitled to (entur.md 4.6). */
export const entitlementRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/benefits/entitlements/:customerNumber/by-customer-number',
    operationId: 'getEntitlementsByCustomerNumber',
    summary: 'The entitlements of all accounts of a customer on a day',
    tag: 'Entitlements',
    scope: 'customers-profile:les',
    params: CustomerPath,
    headers: common,
    query: Type.Object({
      travelDate: Type.Optional(Type.String({ description: 'date or date-time; default: today' })),
      excludeSubContracts: Type.Optional(Type.Boolean({ description: 'no effect: there are no sub-contracts' })),
    }),
    responses: responses({ schema: EntitlementList, error: ErrorResponse }),
    handler: async (call) => {
      const number = customerNumberOf(call);
      const { customer, entitlements } = await customerEntitlementsOn(call.store, call.actor, number, travelDay(call));
      return { status: 200, body: entitlements.map((one) => renderEntitlement(one, customer)) };
    },
  },
];

/** The day of travel in the organisation's time zone. Throws Refusal `invalid`. */
function travelDay({ actor, query }: Call): string {
  const given: string | undefined = query.travelDate;
  if (given === undefined) return todayOf(actor);
  return isDate(given) ? given : dateIn(actor.organisation.timeZone, instantOf('travelDate', given));
}
