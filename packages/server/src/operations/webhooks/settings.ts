import { Refusal } from '#domain/refusal.ts';

/** How this server treats webhook subscriptions (README, "Configuration"). */
export type WebhookSettings = {
  /** What secrets are encrypted with, 32 bytes: the installation's key. Absent when this server does not have it. */
  key?: Buffer;
  /** What is wrong with a URL to send to, as a sentence; depends on the networks that the operator allows. */
  urlFault: (url: string) => string | undefined;
};

/**
 * The key to seal and open secrets with.
 *
 * @throws Refusal `unavailable` when this server has none
 */
export function keyOf({ key }: WebhookSettings): Buffer {
  if (key) return key;
  throw new Refusal({
    kind: 'unavailable',
    retryAfter: 300,
    message:
      'This server cannot keep secrets of webhooks, because it does not have the key they are encrypted with. Its operator finds the reason in its log.',
  });
}
