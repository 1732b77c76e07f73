import { readFileSync } from 'node:fs';

const shells = ['sh', 'dash', 'bash', 'ash', 'busybox', 'zsh'];

/**
 * Calls `then` once when the npm that started this process has died. A killed npm (`kill -9`) tells nobody: its script would go
 * on as an orphan. Without npm nothing is watched: whoever starts Tessera in the background may well leave.
 */
export function whenStarterDies(then) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  // npm runs a script through a shell, which replaces itself by the script in some systems and waits for it in others.
  const grandparent = shells.includes(status(parent)?.name) ? status(parent)?.parent : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (grandparent === undefined || status(parent)?.parent === grandparent)) return;
    clearInterval(timer);
    then();
  }, 500);
  timer.unref();
}

/** Name and parent of a process, from Linux's /proc; undefined elsewhere. */
function status(pid) {
  try {
    const [, name, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/^\d+ \((.*)\) \S (.*)$/s);
    return { name, parent: Number(rest.split(' ')[0]) };
  } catch {
    return undefined;
  }
}
