import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { Trouble } from './trouble.ts';

const policy = '/usr/sbin/policy-rc.d';
const patience = 300_000;

/**
 * Installs packages from Debian. What is installed stays installed, and no service of it is started.
 *
 * @throws Trouble that names the command which failed, or which root has to run
 */
export function installPackages(packages: readonly string[]): void {
  if (packages.length === 0) return;
  const commands = [
    ['update', '-q'],
    ['install', '-yq', '--no-install-recommends', ...packages],
  ];
  const install = `apt-get ${commands[1]?.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get'))
    throw new Trouble(
      `Missing: ${packages.join(', ')}, as Debian calls its packages. There is no apt-get here: install them yourself.`,
    );
  if (process.getuid?.() !== 0)
    throw new Trouble(`Missing from Debian: ${packages.join(', ')}. Only root can install them, by: ${install}`);
  process.stdout.write(`Installing ${packages.join(' and ')} from Debian ...\n`);
  const allow = forbidServices();
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const parameters of commands) {
      const { status, signal, error, stderr } = spawnSync('apt-get', parameters, {
        env,
        encoding: 'utf8',
        timeout: patience,
      });
      if (status !== 0)
        throw new Trouble(
          `"apt-get ${parameters.join(' ')}" failed (${error?.message ?? signal ?? status}): ${stderr.trim()}`,
        );
    }
  } finally {
    allow();
  }
}

/** Has Debian's packages start nothing (policy-rc.d), until the returned function is called. A policy that is there stays. */
function forbidServices(): () => void {
  if (existsSync(policy)) return () => {};
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  return () => rmSync(policy);
}
