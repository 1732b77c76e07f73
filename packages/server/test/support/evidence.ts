import type { EvidenceSettings } from '#operations/evidence/settings.ts';

/** As a server has it that was started with EVIDENCE_KEY and nothing else about evidence. */
export const evidence: EvidenceSettings = {
  key: Buffer.alloc(32, 'test'),
  maxFileSize: 10 * 1024 * 1024,
  retentionDays: 30,
};
