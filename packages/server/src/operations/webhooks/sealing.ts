import { hkdfSync } from 'node:crypto';
import type { WebhookSecrets } from '#domain/webhook-subscription.ts';
import { openBytes, type Sealable, sealBytes } from '../sealing.ts';

/** Whose secrets they are; they open only there. */
export type SecretsPlace = { organisationId: number; subscriptionId: string };

/** Encrypts the secrets of a subscription. @param key of the installation, 32 bytes; what encrypts is derived from it */
export function sealSecrets(key: Buffer, place: SecretsPlace, secrets: WebhookSecrets): Buffer {
  return sealBytes(derived(key), secretsAt(place), Buffer.from(JSON.stringify(secrets)));
}

/**
 * Decrypts what {@link sealSecrets} returned for the same key and place.
 *
 * @throws Error when they were sealed with another key or for another subscription, or are not what was sealed
 */
export function openSecrets(key: Buffer, place: SecretsPlace, sealed: Buffer): WebhookSecrets {
  return JSON.parse(openBytes(derived(key), secretsAt(place), sealed).toString());
}

function secretsAt({ organisationId, subscriptionId }: SecretsPlace): Sealable {
  return { noun: 'secret', place: [organisationId, subscriptionId] };
}

/** A key of its own: nothing that is sealed for one purpose opens for another. */
function derived(key: Buffer): Buffer {
  let own = keys.get(key);
  if (!own) {
    own = Buffer.from(hkdfSync('sha256', key, '', 'tessera webhooks', 32));
    keys.set(key, own);
  }
  return own;
}

const keys = new WeakMap<Buffer, Buffer>();
