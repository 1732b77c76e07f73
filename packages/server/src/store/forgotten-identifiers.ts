import type { Organisation } from '#domain/organisation.ts';
import type { Database, Statement } from './database.ts';
import { Lane } from './lane.ts';
import { organisationHmac } from './organisation-hmac.ts';

/**
 * What is kept of an identifier when its tombstone ends: hex HMAC-SHA-256 with the organisation's key, so that it cannot be guessed
 * without that key (architecture.md, Settled 13).
 */
export function identifierDigest(organisation: Pick<Organisation, 'id' | 'digestKey'>, identifier: string): string {
  return organisationHmac(organisation).update(`identifier ${identifier}`).digest('hex');
}

type Forgotten = { state: 'deleted' | 'erased' };

// The key is a column, not an expression: row-level security lets only that use the index.
export const forgottenByDigest: Statement = {
  name: 'forgotten-identifiers',
  text: `select encode(digest, 'hex') as key, state from forgotten_identifier where organisation_id = $1 and digest = any($2::bytea[])`,
};

/** Identifiers whose tombstones are over. They are asked for only where nothing was found, and callers share round trips. */
export class ForgottenIdentifiers {
  readonly #byDigest: Lane<Forgotten>;

  constructor(database: Database) {
    this.#byDigest = new Lane(async (organisationId, digests) => {
      const values = [organisationId, digests.map((digest) => Buffer.from(digest, 'hex'))];
      const rows = await database.read(organisationId, forgottenByDigest, values);
      return new Map(rows.map(({ key, state }) => [key as string, { state } as Forgotten]));
    });
  }

  /** What became of the account with this identifier, undefined when there never was one or it is still known. */
  find(organisation: Organisation, identifier: string): Promise<Forgotten | undefined> {
    return this.#byDigest.get(organisation.id, identifierDigest(organisation, identifier));
  }
}
