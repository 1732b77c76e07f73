import { join } from 'node:path';

/**
 * How Node is called to run the command line of the server in the repository at `root`; the command follows.
 *
 * The option is the one that the program asks for itself when it is called by its name, see the head of main.ts.
 */
export function serverProgram(root) {
  return ['--max-semi-space-size=16', join(root, 'packages/server/src/cli/main.ts')];
}
