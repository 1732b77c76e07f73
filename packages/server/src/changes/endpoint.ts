import type { Organisation } from '#domain/organisation.ts';
import { openSecrets } from '#operations/webhooks/sealing.ts';
import type { DeliveryTarget } from '#store/webhook-deliveries.ts';
import type { DeliveryParts } from './deliver.ts';

/** A subscription with the means to send to it. */
export type Endpoint = DeliveryTarget & {
  organisation: Organisation;
  /** What messages are signed with now. */
  secrets: string[];
  headerValue?: string;
};

/**
 * Reads an enabled subscription and opens its secrets.
 *
 * @returns undefined when it is not enabled, or not there any more
 * @throws what the database throws; Error when the secrets cannot be opened
 */
export async function readEndpoint(
  { store, key, clock }: Pick<DeliveryParts, 'store' | 'key' | 'clock'>,
  organisationId: number,
  subscriptionId: string,
): Promise<Endpoint | undefined> {
  const target = await store.webhookDeliveries.target(organisationId, subscriptionId);
  const organisation = await store.organisations.get(organisationId);
  if (!target || !organisation) return undefined;
  const { secrets, headerValue } = openSecrets(key, { organisationId, subscriptionId }, target.sealed);
  const now = clock().toISOString();
  const active = secrets.filter(({ until }) => until === undefined || until > now).map(({ value }) => value);
  return { ...target, organisation, secrets: active, ...(headerValue === undefined ? {} : { headerValue }) };
}
