import { encodeIdentifier } from '#domain/identifier.ts';
import type { Organisation } from '#domain/organisation.ts';

/** The two paths under which the same accounts stand, each with its own form (imin.md 2.3, 2.6). */
export type Path = 'customer-accounts' | 'customers';

/** URL of an account, also its `@id`. */
export function accountUrl({ baseUrl }: Organisation, identifier: string, path: Path = 'customer-accounts'): string {
  return `${baseUrl}/api/v2/${path}/${encodeIdentifier(identifier)}`;
}
