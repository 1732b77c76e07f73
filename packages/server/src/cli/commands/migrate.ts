import type { Command } from 'commander';
import { readConfig } from '#config';
import { bringUpToDate, openDatabase } from '../database.ts';
import { unless, whenInterrupted } from '../interruption.ts';
import { jsonOption, print } from '../output.ts';

/** `tessera migrate` */
export function addMigrate(parent: Command): void {
  parent
    .command('migrate')
    .description('bring the database up to this release, as every other command does first too')
    .option(...jsonOption)
    .action(migrate);
}

async function migrate(options: { json?: true }): Promise<void> {
  const interrupted = whenInterrupted();
  const config = readConfig(process.env, process.cwd());
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(config, 'tool', (sentence) => process.stderr.write(`${sentence}\n`));
  open.defer(database.stop);
  const applied = await unless(interrupted, () => bringUpToDate(database));
  const text = applied.length === 0 ? 'The database was up to date already.' : `Applied: ${applied.join(', ')}.`;
  print(options, { applied }, text);
}
