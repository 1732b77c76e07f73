import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseKey } from '#operations/evidence/settings.ts';
import { reasonOf } from '../failure.ts';

/** Why a key is not to be had from a file; completes "because ...". */
export class KeyFileProblem extends Error {}

/**
 * The key in a file, in base64; undefined when there is no such file.
 *
 * @throws KeyFileProblem
 */
export async function readKeyFile(path: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KeyFileProblem(`${path} cannot be read (${reasonOf(error)})`);
  }
  const key = parseKey(text.trim());
  if (!key) throw new KeyFileProblem(`${path} does not hold 32 bytes in base64`);
  return key;
}

/**
 * Writes a new random key to a file that only its owner can read. Of processes that do so at the same time all get the same key: the
 * file appears whole under its name, by a link, which never replaces another.
 *
 * @returns the key that is in the file afterwards
 * @throws KeyFileProblem
 */
export async function createKeyFile(path: string): Promise<Buffer> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(draft, `${randomBytes(32).toString('base64')}\n`);
    await linkUnlessThere(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    throw new KeyFileProblem(`${path} cannot be written (${reasonOf(error)})`);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined); // where nothing could be written there is nothing to remove
  }
  return (await readKeyFile(path)) as Buffer;
}

async function linkUnlessThere(draft: string, path: string): Promise<void> {
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
}

/** Also the name has to survive a power failure: what is encrypted with a lost key is lost. */
async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}
