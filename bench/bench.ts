// What Tessera can do, compared inside one run with PostgreSQL's own client, bare servers and other open servers. `npm run bench`.
import { clearWhenStopped, clearWorkspace, openWorkspace } from '../scripts/test/workspace.mjs';
import { parseOptions } from './options.ts';
import { run } from './run.ts';
import { Trouble } from './trouble.ts';

const options = parseOptions(process.argv.slice(2));
const workspace = openWorkspace();
// Servers end when we do, PostgreSQL does not.
clearWhenStopped(workspace);

try {
  process.exitCode = await run(workspace, options);
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${error instanceof Trouble ? message : (stack ?? error)}\n`);
  process.exitCode = 1;
} finally {
  await clearWorkspace(workspace);
}
// The channel to whoever started us would keep the process.
process.exit();
