import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second, on every Linux there is. */
const ticks = 100;

/** Looks at processes that keep ending; each look takes a few milliseconds. */
const most = 100;

type Process = { pid: number; name: string; parent: number; own: number; ended: number };

/** Seconds of processor time that these processes and all below them have had so far, those that have ended included. */
export function processorTime(pids: readonly number[]): number {
  let members = family(running(), pids);
  // One that is reaped between the look at its parent and the look at itself would be in neither.
  for (let tries = 0; tries < most && members.some(hasReaped); tries += 1) members = family(running(), pids);
  return members.reduce((sum, { own, ended }) => sum + own + ended, 0) / ticks;
}

function hasReaped({ pid, ended }: Process): boolean {
  return (statusOf(pid)?.ended ?? ended) !== ended;
}

/** Seconds of processor time of those of our children that have ended and were waited for. */
export function processorTimeOfEnded(): number {
  return (statusOf(process.pid)?.ended ?? 0) / ticks;
}

export type Memory = {
  /** Resident set, MB: shared pages count for each process. */
  rss: number;
  /** Proportional set, MB, where the kernel tells: shared pages count once. */
  pss: number | undefined;
  processes: number;
};

/** Memory of these processes and all below them, but for those of PostgreSQL; or of those only. */
export function memory(pids: readonly number[], which: 'server' | 'postgres' = 'server'): Memory {
  const processes = family(running(), pids).filter(({ name }) => (name === 'postgres') === (which === 'postgres'));
  const rss = processes.map(({ pid }) => kibibytes(`/proc/${pid}/status`, 'VmRSS') ?? 0);
  const pss = processes.map(({ pid }) => kibibytes(`/proc/${pid}/smaps_rollup`, 'Pss'));
  const sum = (values: number[]) => (values.reduce((one, other) => one + other, 0) * 1024) / 1e6;
  return {
    rss: sum(rss),
    pss: pss.every((value) => value !== undefined) ? sum(pss as number[]) : undefined,
    processes: processes.length,
  };
}

/** Largest resident set that one process had at any time, MB. */
export function peakRss(pid: number): number {
  return ((kibibytes(`/proc/${pid}/status`, 'VmHWM') ?? Number.NaN) * 1024) / 1e6;
}

/** These processes and all that descend from them. */
export function family(all: readonly Process[], pids: readonly number[]): Process[] {
  const members = new Map(all.filter(({ pid }) => pids.includes(pid)).map((one) => [one.pid, one]));
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const one of all) if (members.has(one.parent)) members.set(one.pid, one);
  }
  return [...members.values()];
}

export function running(): Process[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.flatMap((pid) => statusOf(pid) ?? []);
}

function statusOf(pid: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const fields = text
      .slice(text.lastIndexOf(') ') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0, , , , , , , , , , user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields;
    return { pid, name, parent, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return undefined; // it has ended meanwhile
  }
}

function kibibytes(path: string, field: string): number | undefined {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
