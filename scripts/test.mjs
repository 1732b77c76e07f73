// Everything that decides whether a change is good: types and lint, all tests on the embedded PostgreSQL, and the tests of the
// contracts once more against two servers on one database, behind a proxy that sends requests to them in turn; that on Debian's
// PostgreSQL, with the tests of the store, where there is one. Arguments pick test files by a part of their
// path. The last line is `N passed, N failed`; the exit code is 0 only when something ran and nothing failed.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '../packages/server/src/store/embedded/supervisor.ts';
import { debianBinaries } from './test/debian.mjs';
import { runFiles } from './test/run-files.mjs';
import { clearWorkspace, openWorkspace } from './test/workspace.mjs';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`Tests need Node 24 or newer, this is ${process.versions.node}: use "npm test".\n`);
  process.exit(1);
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const filters = process.argv.slice(2);
const workspace = openWorkspace();
// Every test file is a process of its own and reads the same modules.
process.env.NODE_COMPILE_CACHE = join(workspace, 'compile-cache');
const interrupted = new AbortController();
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(event, () => interrupted.abort());

let exitCode = 1;
try {
  const check = spawnSync(process.execPath, [join(root, 'scripts/check.mjs')], { stdio: 'inherit' });
  const results = [{ passed: 0, failed: check.status === 0 ? 0 : 1, ran: 0, failures: [] }];

  const everything = select('packages/*/test/**/*.test.ts');
  results.push(await onPostgres('embedded', undefined, everything));

  process.env.TESSERA_TEST_SERVERS = '2';
  // Left out: what asks for every status of every route once, and for every transition of a state, one after the other.
  const contracts = select('packages/server/test/contract/**/*.test.ts').filter(
    (file) => !/every-status|evidence-states/.test(file),
  );
  // Not tested again: the embedded PostgreSQL itself, which is the same one whatever server the other tests use; and what holds up the
  // writes of one server to look into its queue.
  const store = select('packages/server/test/store/*.test.ts').filter(
    (file) => !/embedded|cancelled-requests/.test(file),
  );
  const debian = contracts.length + store.length > 0 ? debianBinaries() : undefined;
  if (debian) results.push(await onPostgres('debian', debian, [...store, ...contracts]));
  else {
    if (contracts.length + store.length > 0) process.stdout.write('not run: PostgreSQL from Debian\n');
    results.push(await onPostgres('two-servers', undefined, contracts));
  }

  const sum = (member) => results.reduce((total, result) => total + result[member], 0);
  exitCode = sum('failed') === 0 && sum('ran') > 0 && !interrupted.signal.aborted ? 0 : 1;
  await clearWorkspace(workspace);
  // Who sees only the end of the output sees these.
  for (const failure of results.flatMap((result) => result.failures)) process.stdout.write(`${failure}\n\n`);
  if (sum('ran') === 0) process.stdout.write('No test ran.\n');
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
} finally {
  await clearWorkspace(workspace);
}
process.exit(interrupted.signal.aborted ? 130 : exitCode);

/** The test files that match `pattern` and one of the arguments. */
function select(pattern) {
  const files = globSync(pattern, { cwd: root }).sort();
  const chosen = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  return chosen.map((file) => join(root, file));
}

/** Starts a PostgreSQL of its own for the tests in `files`, tells them of it, runs them, and stops it. */
async function onPostgres(name, binaries, files) {
  if (files.length === 0 || interrupted.signal.aborted) return { passed: 0, failed: 0, ran: 0, failures: [] };
  const postgres = await startEmbedded({
    dataDir: join(workspace, name),
    role: 'server',
    log: (message) => process.stdout.write(`${message}\n`),
    ...(binaries && { binaries }),
  });
  try {
    process.env.TESSERA_TEST_POSTGRES = JSON.stringify(postgres.connection);
    return await runFiles(files, interrupted.signal, join(workspace, `${name}-groups`));
  } finally {
    await postgres.stop();
  }
}
