// Tessera under conditions nobody wishes for; `--help` tells which. Servers and workers that are killed with `kill -9` all the time, a
// receiver of webhooks that is often out of order, many changes: and afterwards everybody must have been told of everything, once. Or,
// with the word `deadlocks`, everybody changing the same few things at once: and nobody may get in anybody's way.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDatabase } from './installation/database.ts';
import { deadlockFiguresText, soakDeadlocks } from './soak/deadlocks/soak.ts';
import { figuresText } from './soak/figures.ts';
import { soak } from './soak/soak.ts';
import { clearWorkspace, openWorkspace } from './test/workspace.mjs';

const usage = `npm run soak -- [options]: kills, webhooks

  --changes N    how many changes are made, at least (20000)
  --rate N       how many a second, at most (150)
  --kill-every S seconds from one kill -9 to the next, on average (4)
  --minutes M    for how long at most (15)

npm run soak -- deadlocks [options]: random changes of a few things that everybody wants, from two servers and all jobs

  --minutes M    for how long (60)
  --writers N    how many change something at a time, in each of two organisations (12)
`;
/** Violations that are shown. */
const shown = 20;

const modes = {
  kills: {
    options: { changes: 20_000, rate: 150, 'kill-every': 4, minutes: 15 },
    run: async (common, { 'kill-every': killEvery, ...given }) => {
      const report = await soak({ ...common, ...given, killEvery, organisations: 3, servers: 2, workers: 1 });
      return { text: figuresText(report.figures), violations: report.violations };
    },
  },
  deadlocks: {
    options: { minutes: 60, writers: 12 },
    run: async (common, given) => {
      const logFile = join(common.directory, 'database', 'postgres.log');
      const report = await soakDeadlocks({ ...common, ...given, logFile });
      return { text: deadlockFiguresText(report, given.minutes), violations: report.violations };
    },
  },
};

const { mode, options } = readOptions();
const workspace = openWorkspace();
const interrupted = new AbortController();
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, () => interrupted.abort());

let exitCode = 1;
let database;
try {
  database = await startDatabase(workspace);
  const tell = (sentence) => process.stdout.write(`${sentence}\n`);
  const { text, violations } = await mode.run(
    { database, directory: workspace, interrupted: interrupted.signal, tell },
    options,
  );
  process.stdout.write(`${text}\n\n`);
  for (const violation of violations.slice(0, shown)) process.stdout.write(`${violation}\n`);
  process.stdout.write(`${violations.length} violations\n`);
  exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
} finally {
  await database?.close();
  await clearWorkspace(workspace);
}
process.exit(interrupted.signal.aborted ? 130 : exitCode);

function readOptions() {
  const [first, ...rest] = process.argv.slice(2);
  const named = first !== undefined && Object.hasOwn(modes, first);
  const chosen = named ? modes[first] : modes.kills;
  const accepted = Object.fromEntries(
    Object.entries(chosen.options).map(([name, fallback]) => [name, { type: 'string', default: String(fallback) }]),
  );
  try {
    const args = named ? rest : process.argv.slice(2);
    const { help, ...values } = parseArgs({ args, options: { ...accepted, help: { type: 'boolean' } } }).values;
    if (help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const given = Object.entries(values).map(([name, text]) => [name, positive(name, text)]);
    return { mode: chosen, options: Object.fromEntries(given) };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

function positive(name, text) {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above 0, and "${text}" is none.`);
}
