import type { Fault } from '#domain/refusal.ts';
import { isSecret } from '#domain/webhook-secret.ts';

/** What is wrong with a signing secret that a caller chose, at `secret`. */
export function secretFaults(secret: string): Fault[] {
  if (isSecret(secret)) return [];
  const message = 'must be whsec_ and 24 to 64 random bytes in base64, as standard webhooks have them';
  return [{ path: ['secret'], code: 'format', message }];
}
