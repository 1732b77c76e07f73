import { resolve } from 'node:path';
import type { Config } from '#config';

/** How to call the command line for this server from another terminal: with what it would not find by itself there. */
export function tesseraCommand({ dataDir, databaseUrl }: Config): string {
  if (databaseUrl !== undefined) return 'DATABASE_URL="$DATABASE_URL" npm run -s tessera --'; // it may hold a password
  const own = dataDir === resolve(process.cwd(), '.tessera') ? '' : `DATA_DIR='${dataDir}' `;
  return `${own}npm run -s tessera --`;
}
