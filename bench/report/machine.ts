import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digits, percentile } from '../report.ts';

/** What of the machine matters for the figures, as name and value. */
export function machineFacts(directory: string): [string, string][] {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return [
    ['Processor', `${model}, ${cpus().length} cores${virtual()}`],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    [
      'Disk',
      `${diskOf(directory)}; a write of 8 KiB with fdatasync takes ${digits(syncTime(directory))} ms (median of 200)`,
    ],
    ['System', `${systemName()}, Linux ${release()}`],
  ];
}

/** Which version of Tessera, from git; with the count of files that differ from it. */
export function commit(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const git = (...parameters: string[]) =>
    execFileSync('git', parameters, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const changed = git('status', '--porcelain').split('\n').filter(Boolean).length;
    const own = changed === 0 ? '' : `, with ${changed} files changed or added since`;
    return `${git('rev-parse', '--short=12', 'HEAD').trim()}${own}`;
  } catch {
    return 'unknown (no git)';
  }
}

/** Debian's version, or that of another system. */
function systemName(): string {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

function virtual(): string {
  return /^flags.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')) ? ' of a virtual machine' : '';
}

function diskOf(directory: string): string {
  const { bavail, bsize } = statfsSync(directory);
  const free = `${((bavail * bsize) / 2 ** 30).toFixed(0)} GiB free`;
  try {
    const [device = '', type = ''] = execFileSync('findmnt', ['-no', 'SOURCE,FSTYPE', '-T', directory], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return `${device}, ${type}, ${free}`;
  } catch {
    return free;
  }
}

/** Milliseconds, median. */
function syncTime(directory: string): number {
  const path = join(directory, 'sync');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(8192, 1);
  const times: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    writeSync(file, page, 0, page.length, n * page.length);
    const began = performance.now();
    fdatasyncSync(file);
    times.push(performance.now() - began);
  }
  closeSync(file);
  rmSync(path);
  return percentile(times, 0.5);
}
