import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group with a limit of memory. */
export type MemoryGroup = {
  how: string;
  /** What to start a program with, so that it is in the group. */
  before: string[];
  /** Removes the group, when nothing runs in it any more. */
  remove: () => void;
};

/** Where a group can be made: a directory, and what has to be written there. */
type Place = { version: string; directory: string; limits: (bytes: number) => [file: string, value: string][] };

/**
 * Makes a control group of memory below our own, in version 2 or else 1. A group that others have made is theirs to divide, and they may
 * watch over what is in it: ours has to be the root, of the machine or of our container. Nothing is written into a group that is there.
 *
 * @returns the group, or why there is none
 */
export function makeMemoryGroup(mebibytes: number): MemoryGroup | string {
  const reasons: string[] = [];
  const memberships = readFileSync('/proc/self/cgroup', 'utf8');
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  for (const version of [2, 1] as const) {
    const place = placeOf(version, memberships, mounts);
    const made = typeof place === 'string' ? place : madeIn(place, mebibytes * 2 ** 20);
    if (typeof made !== 'string') return made;
    reasons.push(`version ${version}: ${made}`);
  }
  return reasons.join('; ');
}

/**
 * Where a group would go, or why none can.
 *
 * @param memberships text of /proc/self/cgroup
 * @param mounts text of /proc/self/mounts
 */
export function placeOf(version: 1 | 2, memberships: string, mounts: string): Place | string {
  const own = (version === 2 ? /^0::(.*)$/m : /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m).exec(memberships)?.[1];
  const pattern = version === 2 ? /^\S+ (\S+) cgroup2 / : /^\S+ (\S+) cgroup (?:\S*,)?memory(?:,|\s)/;
  const mounted = mounts.split('\n').flatMap((line) => pattern.exec(line)?.[1] ?? [])[0];
  if (own === undefined || mounted === undefined) return 'memory is not counted there';
  if (own !== '/') return 'the benchmark runs in a group that others have made';
  if (version === 1)
    return { version: '1', directory: mounted, limits: (bytes) => [['memory.limit_in_bytes', `${bytes}`]] };
  return {
    version: '2',
    directory: mounted,
    limits: (bytes) => [
      ['memory.max', `${bytes}`],
      ['memory.swap.max', '0'],
    ],
  };
}

/** Makes the group, or says why it cannot be made. */
export function madeIn({ version, directory, limits }: Place, bytes: number): MemoryGroup | string {
  const controllers = join(directory, 'cgroup.subtree_control');
  if (version === '2' && !readFileSync(controllers, 'utf8').split(/\s/).includes('memory'))
    return 'groups below ours have no limits of memory';
  const group = join(directory, `tessera-bench-${process.pid}`);
  const remove = () => {
    process.off('exit', remove);
    if (existsSync(group)) rmdirSync(group);
  };
  try {
    mkdirSync(group);
    process.once('exit', remove);
    for (const [file, value] of limits(bytes)) writeFileSync(join(group, file), value, { flag: 'r+' });
  } catch (error) {
    remove();
    return (error as Error).message;
  }
  const written = limits(bytes).map(([file, value]) => `${file}=${value}`);
  return {
    how: `in a control group (version ${version}) with ${written.join(' and ')}`,
    before: ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', group],
    remove,
  };
}
