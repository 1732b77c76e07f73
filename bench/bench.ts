// What Tessera can do, compared inside one run with PostgreSQL's own client, bare servers and other open servers. `npm run bench`.
import { clearWorkspace, openWorkspace } from '../scripts/test/workspace.mjs';
import { parseOptions } from './options.ts';
import { run } from './run.ts';

const options = parseOptions(process.argv.slice(2));
const workspace = openWorkspace();

// Servers end when we do, PostgreSQL does not: clearing the workspace ends both.
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
  process.once(event, () => void clearWorkspace(workspace).finally(() => process.exit(130)));

try {
  process.exitCode = await run(workspace, options);
} catch (error) {
  process.stderr.write(`${(error as Error).stack ?? error}\n`);
  process.exitCode = 1;
} finally {
  await clearWorkspace(workspace);
}
// The channel to whoever started us would keep the process.
process.exit();
