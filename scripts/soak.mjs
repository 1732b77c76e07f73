// Tessera under conditions nobody wishes for: servers and workers that are killed with `kill -9` all the time, a receiver of webhooks
// that is often out of order, many changes; and afterwards everybody must have been told of everything, once. `--help` tells more.
import { parseArgs } from 'node:util';
import { startDatabase } from './installation/database.ts';
import { figuresText } from './soak/figures.ts';
import { soak } from './soak/soak.ts';
import { clearWorkspace, openWorkspace } from './test/workspace.mjs';

const usage = `npm run soak -- [options]

  --changes N    how many changes are made, at least (20000)
  --rate N       how many a second, at most (150)
  --kill-every S seconds from one kill -9 to the next, on average (4)
  --minutes M    for how long at most (15)
`;
/** Violations that are shown. */
const shown = 20;

const { changes, rate, 'kill-every': killEvery, minutes } = readOptions();
const workspace = openWorkspace();
const interrupted = new AbortController();
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, () => interrupted.abort());

let exitCode = 1;
let database;
try {
  database = await startDatabase(workspace);
  const { figures, violations } = await soak({
    database,
    directory: workspace,
    organisations: 3,
    servers: 2,
    workers: 1,
    changes,
    rate,
    killEvery,
    minutes,
    interrupted: interrupted.signal,
    tell: (sentence) => process.stdout.write(`${sentence}\n`),
  });
  process.stdout.write(`${figuresText(figures)}\n\n`);
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
  const number = (fallback) => ({ type: 'string', default: String(fallback) });
  const options = {
    changes: number(20_000),
    rate: number(150),
    'kill-every': number(4),
    minutes: number(15),
    help: { type: 'boolean' },
  };
  try {
    const { help, ...values } = parseArgs({ options }).values;
    if (help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, positive(name, text)]));
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
