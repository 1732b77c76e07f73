import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

const commandLine = new URL('../../packages/server/src/cli/', import.meta.url);

/**
 * Compiles the server and the worker for processes to come, by loading them here: most of a start is compiling, and a process that is
 * killed does not keep what it has compiled.
 *
 * @param directory in which to keep it, unless this process has a place for it already
 * @returns what NODE_COMPILE_CACHE has to be for them
 */
export async function compileCache(directory: string): Promise<string> {
  const path = process.env.NODE_COMPILE_CACHE ?? join(directory, 'compile-cache');
  enableCompileCache(path);
  for (const module of ['program', 'start/serve', 'start/work'])
    await import(new URL(`${module}.ts`, commandLine).href);
  flushCompileCache();
  return path;
}
