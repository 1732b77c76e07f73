import { join } from 'node:path';
import type { Config } from '#config';
import { fingerprintOf } from '#operations/evidence/sealing.ts';
import type { Store } from '#store/store.ts';
import { Failure } from '../failure.ts';
import { createKeyFile, KeyFileProblem, readKeyFile } from './key-file.ts';

/** The key; or why there is none (completes "because ..."). `created`: the file that was made for it now. */
export type EvidenceKeyFound = { key: Buffer; created?: string } | { key?: undefined; missing: string };

/**
 * Finds the key that files of evidence are encrypted with: EVIDENCE_KEY, else the server's own in its data directory, made on the
 * first start. All servers of a database must have the same; the database knows its fingerprint.
 *
 * @throws Failure when EVIDENCE_KEY is not the key of the database's files
 */
export async function findEvidenceKey({ evidence, dataDir }: Config, store: Store): Promise<EvidenceKeyFound> {
  const { key } = evidence;
  if (!key) return ownKey(join(dataDir, 'evidence.key'), store);
  if (await isTheOne(key, store)) return { key };
  throw new Failure(
    'EVIDENCE_KEY is not the key that the files of evidence in this database are encrypted with. Set it to that one: what the other servers have, or what stands in evidence.key in the DATA_DIR of the server that was started first.',
  );
}

async function ownKey(path: string, store: Store): Promise<EvidenceKeyFound> {
  const known = await store.evidenceKey.find();
  try {
    const kept = await readKeyFile(path);
    if (!kept && known !== undefined)
      return { missing: `${path} is not there, and the database has files, or expects them, under a key already` };
    const key = kept ?? (await createKeyFile(path));
    if (!(await isTheOne(key, store)))
      return { missing: `the key in ${path} is not the one that the database expects` };
    return { key, ...(kept ? {} : { created: path }) };
  } catch (error) {
    if (!(error instanceof KeyFileProblem)) throw error;
    return { missing: error.message };
  }
}

/** The first key that a database meets becomes its own. */
async function isTheOne(key: Buffer, store: Store): Promise<boolean> {
  const fingerprint = fingerprintOf(key);
  return (await store.evidenceKey.register(fingerprint)) === fingerprint;
}
