import { join } from 'node:path';

/**
 * How Node is called to run the command line of the server in the repository at `root`; the command follows.
 *
 * The option and {@link serverEnvironment} are what the program asks for itself when it is called by its name, see the head of main.mjs.
 */
export function serverProgram(root) {
  return ['--max-semi-space-size=16', join(root, 'packages/server/src/cli/main.mjs')];
}

/**
 * What stands in the environment of the server, unless it is set. One arena: with the four that the C library would give the threads of
 * V8, every one of them keeps what the largest compilation needed; some 10 MB under load, and requests cost the same.
 */
export const serverEnvironment = { MALLOC_ARENA_MAX: '1' };
