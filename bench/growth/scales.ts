import { statfs } from 'node:fs/promises';

const small = 10_000;
const million = 1_000_000;

/** The counts of accounts that are compared, smallest first: 10 thousand and 1 million, with `10m` 10 million too. */
export function scalesOf(scale: string): number[] {
  if (scale === '1m') return [small, million];
  if (scale === '10m') return [small, million, 10 * million];
  throw new Error(`There is no scale ${scale}: 1m and 10m are known.`);
}

/** Disk that an account takes, with its indexes: measured 5,575 bytes at 1 million. */
const bytesEach = 5_600;
/** What PostgreSQL needs beside: its write-ahead log while indexes are built, temporary files. */
const bytesBeside = 2e9;
/** Nothing of this size is begun below it. */
const leastForMost = 60e9;

/** What scales need of a disk, bytes: the smallest one, and one of the others at a time. */
export function roomFor(scales: readonly number[]): number {
  const needed = (Math.min(...scales) + Math.max(...scales)) * bytesEach + bytesBeside;
  return scales.some((accounts) => accounts >= 10 * million) ? Math.max(needed, leastForMost) : needed;
}

/** Throws an Error when the disk of a directory has not enough room. */
export async function assertRoom(directory: string, scales: readonly number[]): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const needed = roomFor(scales);
  if (bavail * bsize >= needed) return;
  const most = Math.max(...scales).toLocaleString('en');
  throw new Error(
    `${most} accounts need ${gigabytes(needed)} of disk, and ${directory} has ${gigabytes(bavail * bsize)} free: nothing was done. Set TMPDIR to a directory with more.`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(0)} GB`;
}
