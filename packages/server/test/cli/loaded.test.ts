import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What of Node and of the packages a process has loaded that has imported all of the server. */
async function loaded(): Promise<string> {
  const program = `
    import { createRequire } from 'node:module';
    await import('#cli/start/serve.ts');
    await import('#cli/start/app.ts');
    console.log([...process.moduleLoadList, ...Object.keys(createRequire(import.meta.url).cache)].join('\\n'));
  `;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
  return (await run).stdout;
}

test('what few requests need is not in memory from the start', async () => {
  const modules = await loaded();
  assert.match(modules, /node_modules\/fastify\//, 'what is loaded at the start is seen');
  for (const large of ['internal/deps/undici/undici', '/node_modules/sharp/', '/node_modules/bwip-js/'])
    assert.ok(!modules.includes(large), large);
});
