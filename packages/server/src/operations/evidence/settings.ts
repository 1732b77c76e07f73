import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';

/** How this server treats files of evidence (README, "Configuration"). */
export type EvidenceSettings = {
  /** What the files are encrypted with, 32 bytes; absent when this server does not have the key of the database's files. */
  key?: Buffer;
  /** Largest file, bytes. */
  maxFileSize: number;
  /** Days for which the files are kept after the decision, where the organisation has no setting of its own. */
  retentionDays: number;
};

/** A key as people write it: base64 of 32 bytes. Undefined for anything else. */
export function parseKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return key.length === 32 && key.toString('base64') === text ? key : undefined;
}

/**
 * The key to seal and open files with.
 *
 * @throws Refusal `unavailable` when this server has none
 */
export function keyOf({ key }: EvidenceSettings): Buffer {
  if (key) return key;
  throw new Refusal({
    kind: 'unavailable',
    retryAfter: 300,
    message:
      'This server cannot take or show files, because it does not have the key they are encrypted with. Its operator finds the reason in its log.',
  });
}

/** For how many days an organisation keeps files after the decision. */
export function retentionDaysOf(organisation: Pick<Organisation, 'settings'>, settings: EvidenceSettings): number {
  return organisation.settings.evidenceRetentionDays ?? settings.retentionDays;
}
