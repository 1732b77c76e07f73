// `node scripts/run.mjs <start|test|check|soak|bench|bench:ha|tessera> [arguments]`: what every npm script runs. Needs nothing but the Node of
// the machine (20 or newer): installs the dependencies when they are missing or outdated, then runs the real program on the
// Node 24 that comes with them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './run/dependencies.mjs';
import { serverEnvironment, serverProgram } from './run/server.mjs';
import { whenStarterDies } from './run/starter.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const server = serverProgram(root);

/**
 * Command -> the program with its first arguments, what stands in its environment unless it is set, and whether it needs the
 * development dependencies.
 */
const commands = {
  start: { program: [...server, 'start'], environment: serverEnvironment, development: false },
  tessera: { program: server, environment: serverEnvironment, development: false },
  check: { program: [join(root, 'scripts/check.mjs')], development: true },
  test: { program: [join(root, 'scripts/test.mjs')], development: true },
  bench: { program: [join(root, 'bench/bench.ts')], development: true },
  'bench:ha': { program: [join(root, 'bench/ha/ha.ts')], development: true },
  soak: { program: [join(root, 'scripts/soak.mjs')], development: true },
};

const [name, ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
if (!command) fail(`Usage: node scripts/run.mjs <${Object.keys(commands).join('|')}> [arguments]`);

try {
  await ensureDependencies(root, command.development);
} catch (error) {
  fail(error.message);
}
run(findNode(), [...command.program, ...rest], command.environment);

/** The installed Node 24, else our own if it is new enough. */
function findNode() {
  const installed = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(installed)) return installed;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `Tessera needs Node 24 or newer. It brings one for Linux only, and this is ${process.platform}-${process.arch} with ` +
      `Node ${process.versions.node}: install Node 24 and run this again.`,
  );
}

/**
 * Runs `node` in our place: its terminal, our signals, its exit code. The ipc channel is there for its end: when we are
 * killed, the child gets 'disconnect' and stops in order instead of being left over.
 */
function run(node, parameters, environment) {
  const child = spawn(node, parameters, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...environment, ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
  });
  child.once('error', (error) => fail(`${node} cannot be run: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
  // Each at most once: in a terminal, Ctrl-C has reached the child already, and npm passes it on to us once more.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    let passedOn = false;
    process.on(signal, () => {
      if (!passedOn) child.kill(signal);
      passedOn = true;
    });
  }
  whenStarterDies(() => child.kill('SIGTERM'));
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
