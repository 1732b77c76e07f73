import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../../scripts/installation/database.ts';
import type { Target } from '../load/target.ts';

/** An open server that keeps records of people too, to be asked for the same as Tessera. */
export type Peer = {
  name: string;
  version: string;
  /** Has npm fetch its packages, unless they are there. Resolves with a sentence why it cannot be used, if so. */
  install: () => Promise<string | undefined>;
  /**
   * Starts it on a database of its own, with so many accounts called `bench-{n}` in it. The target's operations are `create`, `get` and
   * `patch`; its `stop` drops the database too.
   *
   * @param workspace a directory for its log and settings
   * @param postgres where to create the database, as the superuser
   * @throws Error with its last words when it does not get ready
   */
  start: (workspace: string, postgres: Connection, accounts: number) => Promise<Target>;
};

/** Where its packages are, and which version of it they have. */
export function packagesOf(name: string): { directory: string; version: string } {
  const directory = join(import.meta.dirname, name);
  const { dependencies } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return { directory, version: dependencies[name] };
}
