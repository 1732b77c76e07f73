import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const patience = 5_000;
/** How a PostgreSQL is ended, and how many milliseconds each has: in order, in a hurry, by force, which leaves its shared memory behind. */
const endings = [
  ['SIGINT', 5_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 1_000],
];
const mark = `TESSERA_TEST_RUN=${randomUUID()}`;

/** Creates a temporary directory for everything that a run leaves behind; its own temporary directories go there too. */
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
  for (const { pid, command } of left(path))
    process.stdout.write(`Still running at the end, ended: ${pid} ${command}\n`);
  clearNow(path);
}

/**
 * Has a signal, or the end of whoever started us, end this process and all that belongs to the run. Nothing else happens here
 * meanwhile: nothing new is started, no PostgreSQL started again, and more signals change nothing.
 */
export function clearWhenStopped(path) {
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
    process.on(event, () => {
      process.stdout.write('Stopping ...\n');
      clearNow(path);
      process.exit(130);
    });
}

/** Ends what is left, whoever watches over a PostgreSQL before that PostgreSQL, and removes the directory. Waits without the event loop. */
function clearNow(path) {
  signal(
    left(path).filter(({ command }) => !/^(\S*\/)?postgres[ :]/.test(command)),
    'SIGKILL',
  );
  for (const [name, time] of endings) {
    const all = left(path);
    // The others of a PostgreSQL end with the first, which alone can give back their shared memory.
    signal(name === 'SIGKILL' ? all : all.filter(({ command }) => /^(\S*\/)?postgres /.test(command)), name);
    for (const deadline = Date.now() + time; left(path).length > 0 && Date.now() < deadline; ) pause(50);
  }
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

function signal(processes, name) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
      process.kill(pid, 'SIGCONT'); // one that was held up would not hear it
    } catch {
      // gone meanwhile
    }
  }
}

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
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
