import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const patience = 5_000;
const mark = `TESSERA_TEST_RUN=${randomUUID()}`;

/** Creates a temporary directory for everything that tests leave behind; their own temporary directories go there too. */
export function openWorkspace() {
  const path = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  chmodSync(path, 0o711); // some tests work as another user in a directory below
  process.env.TMPDIR = path;
  process.env.TESSERA_TEST_RUN = mark.split('=')[1];
  return path;
}

/** Ends the processes that still belong to this run, naming them, and removes the directory. */
export async function clearWorkspace(path) {
  const deadline = Date.now() + patience;
  while (left(path).length > 0 && Date.now() < deadline) await sleep(50);
  for (const { pid, command } of left(path)) {
    process.stdout.write(`Left behind by a test, ended: ${pid} ${command}\n`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone meanwhile
    }
  }
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

/** Processes with our mark in their environment, and those that work in our directory (PostgreSQL gets no environment). */
function left(path) {
  const ids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return ids.flatMap((pid) => {
    try {
      const ours = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      if (!ours && !readlinkSync(`/proc/${pid}/cwd`).startsWith(`${path}/`)) return [];
      return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
    } catch {
      return []; // gone, or somebody else's
    }
  });
}
