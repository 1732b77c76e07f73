import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { enturEvent } from '#domain/entur-event.ts';
import { iminEventTypes } from '#domain/imin-event.ts';
import { type LoggedChange, thinChange } from '#domain/logged-change.ts';
import type { Organisation } from '#domain/organisation.ts';
import { exampleChange, iminBody, nativeBody } from '#domain/webhook-body.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import type { Store } from '#store/store.ts';
import type { DeliveryTarget, TakenDelivery } from '#store/webhook-deliveries.ts';

/** An account in native form; injected, because dialects are above. */
export type RenderAccount = (document: AccountDocument, actor: Actor) => object;

/** A delivery with what is sent, or with why there is nothing to send any more. */
export type Message = { delivery: TakenDelivery } & (
  | { body: string; eventTypes: readonly string[] }
  | { problem: { code: string; message: string } }
);

type Destination = Pick<DeliveryTarget, 'format' | 'includeAccount'> & { organisation: Organisation };

/**
 * What is sent for deliveries. Personal data is never kept for them: an account that goes along is read now, so after an erasure an
 * attempt carries none.
 */
export async function messagesOf(
  {
    store,
    renderAccount,
    clock = () => new Date(),
  }: { store: Store; renderAccount: RenderAccount; clock?: () => Date },
  { format, includeAccount, organisation }: Destination,
  deliveries: readonly TakenDelivery[],
): Promise<Message[]> {
  const told = deliveries.map((delivery) => ({ delivery, change: changeOf(delivery) }));
  const identifiers = includeAccount ? told.flatMap(({ change }) => change?.identifier ?? []) : [];
  const accounts = identifiers.length > 0 ? await store.accounts.findMany(organisation.id, identifiers) : new Map();
  const actor = tesseraActor(organisation, 'job', clock());
  return told.map(({ delivery, change }) => {
    const { kinds } = delivery;
    if (!change) return { delivery, problem: forgotten };
    if (format === 'imin') {
      if (change.identifier === undefined) return { delivery, problem: forgotten };
      const body = iminBody(organisation.baseUrl, change.identifier);
      return { delivery, body: JSON.stringify(body), eventTypes: iminEventTypes(kinds, change) };
    }
    if (format === 'entur') {
      const event = enturEvent(change, organisation.id);
      if (!event) return { delivery, problem: forgotten };
      return { delivery, body: JSON.stringify(event.payload), eventTypes: [event.kind] };
    }
    const document = change.identifier === undefined ? undefined : accounts.get(change.identifier);
    const body = nativeBody(thinChange(change), document && renderAccount(document, actor));
    return { delivery, body: JSON.stringify(body), eventTypes: kinds };
  });
}

/** Only what was sent again after a long time can meet this. */
const forgotten = { code: 'forgotten', message: 'The change, or the account it is about, is not kept any more.' };

/** The change that a delivery tells of, or the fictional one of an example. */
function changeOf({ change, example }: TakenDelivery): LoggedChange | undefined {
  return example === undefined ? change : exampleChange(example);
}
