import { Type } from 'typebox';
import { type Actor, todayOf } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { standingOf } from '#domain/eligibility.ts';
import { isValidOn } from '#domain/entitlement.ts';
import type { Route } from '#http/route.ts';
import { releasePass } from '#operations/access-passes/release.ts';
import { type StoredPass, scanPass } from '#operations/access-passes/scan.ts';
import { ScannedPass } from './eligibility-schema.ts';
import { idempotencyHeader } from './headers.ts';
import { inOrder, renderAction, renderEntitlement, renderPass } from './held-render.ts';
import { typeOf } from './parse.ts';
import { listResponses, problemResponses } from './responses.ts';

const tag = 'Access passes';
const path = '/access-passes/:namespace/:text';
const params = Type.Object({
  namespace: Type.String({ description: 'name of the namespace' }),
  text: Type.String({ description: 'what the scanner read, percent-encoded: / is %2F' }),
});

/** Passes by what a scanner reads. */
export const scanRoutes: Route[] = [
  {
    method: 'GET',
    path,
    operationId: 'scanAccessPass',
    summary: 'Look up a pass that was scanned: whose it is, and what it opens today',
    description: 'One read. Retired and reserved passes are found too: look at `state`.',
    tag,
    scope: 'passes:read',
    ahead: true,
    params,
    responses: listResponses(ScannedPass),
    handler: async ({ store, actor, params: { namespace, text } }) => {
      const found = await scanPass(store, actor, namespace as string, text as string);
      return { status: 200, headers: { 'Cache-Control': 'private, no-cache' }, body: renderScan(found, actor) };
    },
  },
  {
    method: 'POST',
    path: `${path}/release`,
    operationId: 'releaseAccessPass',
    summary: 'Make the text of a retired or reserved pass free again',
    description: 'For another account, or for the printer. A pass that is in use has to be retired first.',
    tag,
    scope: 'passes:write',
    params,
    headers: idempotencyHeader,
    responses: { 204: { description: 'Done' }, ...problemResponses(409, 413) },
    handler: async ({ store, actor, params: { namespace, text }, keep }) => {
      const render = () => ({ status: 204 });
      await releasePass(store, actor, namespace as string, text as string, keep(render));
      return render();
    },
  },
];

function renderScan(found: StoredPass, actor: Actor): object {
  if (found.state === 'reserved') {
    const { namespace, text, state, reservedAt, reservedBy } = found;
    return { namespace, text, state, reservedAt, reservedBy };
  }
  const { pass, document, state } = found;
  const { namespace, text } = pass;
  return {
    namespace,
    text,
    state,
    pass: renderPass(pass, actor.organisation),
    account: renderGate(document, actor, state),
  };
}

/** A pass that is no longer in use opens nothing, whatever its account may. */
function renderGate(
  document: Extract<StoredPass, { document: unknown }>['document'],
  actor: Actor,
  state: 'active' | 'retired',
): object {
  const { account, customer } = document;
  const { givenName, familyName, name } = customer.details;
  const { status, mayBook, blockingActions } = standingOf(document);
  const today = todayOf(actor);
  const valid = account.entitlement.filter((one) => isValidOn(one, today));
  return compact({
    identifier: account.identifier,
    customerNumber: account.customerNumber,
    customerType: typeOf(customer),
    givenName,
    familyName,
    name,
    status,
    mayBook: mayBook && state === 'active',
    blockingActions: blockingActions.map(renderAction),
    entitlement: inOrder(valid, actor).map((one) => renderEntitlement(one, actor)),
  });
}
