// Types, lint, format and import direction of the whole repository. Prints what the tools say; exit code 1 when one objects.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const colors = process.stdout.isTTY ? 'force' : 'off';

const checks = [
  {
    name: 'types (tsc)',
    tool: 'tsc',
    options: ['--noEmit', '-p', 'tsconfig.json', '--pretty', String(Boolean(process.stdout.isTTY))],
  },
  {
    name: 'lint, format, import direction (biome)',
    tool: 'biome',
    options: ['ci', '--error-on-warnings', '--max-diagnostics=100', `--colors=${colors}`],
  },
];

const outcomes = await Promise.all(checks.map(run));
for (const { name, output, ok } of outcomes)
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}: ${name}\n${ok ? '' : output}`);
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;

/** Runs one tool on the running Node; resolves with all it printed. */
function run({ name, tool, options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/.bin', tool), ...options], { cwd: root });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ name, output, ok: code === 0 }));
  });
}
