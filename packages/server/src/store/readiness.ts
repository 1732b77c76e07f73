import type { Database } from './database.ts';
import { migrations } from './migrate.ts';

/**
 * The migrations of this release that the database lacks, or has in another form; none when it is current. Migrations of a newer
 * release do no harm: during an upgrade the old servers go on serving beside the new ones.
 *
 * @throws Unavailable when the database cannot be reached
 */
export async function missingMigrations(database: Database): Promise<string[]> {
  const applied = await database.global('select checksum from migration');
  const present = new Set(applied.map(({ checksum }) => checksum));
  return known.filter(({ checksum }) => !present.has(checksum)).map(({ name }) => name);
}

/** Read once: the files of a running release do not change. */
const known = migrations();
