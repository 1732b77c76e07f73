import type { Organisation } from '#domain/organisation.ts';
import { tokenOf } from '../secret-token.ts';

/** Address of the page where a customer sends proof. Whether the request is still open is for the page to see. */
export function evidenceLink(
  organisation: Pick<Organisation, 'id' | 'digestKey' | 'baseUrl'>,
  evidenceId: string,
): string {
  return `${organisation.baseUrl}/evidence/u/${tokenOf('evidence', organisation, evidenceId)}`;
}
