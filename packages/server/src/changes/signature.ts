import { createHmac } from 'node:crypto';
import { secretBytes } from '#domain/webhook-secret.ts';

/** What is signed and sent: one attempt of one delivery. */
export type SignedMessage = {
  /** The same on every attempt. It must have no full stop, which separates it from the rest in what is signed. */
  id: string;
  /** When this attempt is made. */
  at: Date;
  /** Exactly the text that is sent. */
  body: string;
  /** The active secrets, the newest first: one, or two while the receiver goes over from one to the other. */
  secrets: readonly string[];
};

/**
 * The three headers of Standard Webhooks: id, time of this attempt, a signature by each active secret (imin.md 2.11).
 *
 * @throws Error when there is no secret, or one that {@link secretBytes} refuses; nothing leaves unsigned
 */
export function webhookHeaders({ id, at, body, secrets }: SignedMessage): Record<string, string> {
  if (secrets.length === 0) throw new Error('A webhook needs a secret to be signed with.');
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = secretBytes(secret);
    if (!key) throw new Error('A webhook secret must be whsec_ and 24 to 64 bytes in base64.');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
