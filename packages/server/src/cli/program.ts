import { Command } from 'commander';
import { addKeyCreate } from './commands/key-create.ts';
import { addKeyList } from './commands/key-list.ts';
import { addKeyRevoke } from './commands/key-revoke.ts';
import { addMigrate } from './commands/migrate.ts';
import { addOrganisationCreate } from './commands/organisation-create.ts';
import { addOrganisationList } from './commands/organisation-list.ts';
import { addOrganisationUpdate } from './commands/organisation-update.ts';
import { addStart } from './commands/start.ts';
import { addWorker } from './commands/worker.ts';

const help = `
All commands but start work beside a running server, on the same database: the embedded one in
DATA_DIR (default ./.tessera), or the PostgreSQL that DATABASE_URL names.

Exit codes: 0 done, 1 refused or failed (one sentence on standard error), 2 wrong usage.`;

/** The whole command line. What it throws becomes sentences and exit codes in run.ts. */
export function buildProgram(): Command {
  const program = new Command('tessera')
    .description(
      'Tessera, the open customer accounts server\n\nIn a clone of the repository: npm run -s tessera -- <command>',
    )
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', help);
  addStart(program);
  addWorker(program);
  addMigrate(program);
  const organisation = program.command('organisation').description('the tenants: everything belongs to exactly one');
  addOrganisationCreate(organisation);
  addOrganisationList(organisation);
  addOrganisationUpdate(organisation);
  const key = program.command('key').description('API keys, each with a name and scopes');
  addKeyCreate(key);
  addKeyList(key);
  addKeyRevoke(key);
  return program;
}
