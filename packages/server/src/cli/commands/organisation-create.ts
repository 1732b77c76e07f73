import type { Command } from 'commander';
import { publicUrlOf } from '#config';
import { createOrganisation } from '#operations/organisations/create.ts';
import { tesseraCommand } from '../command-line.ts';
import { Failure } from '../failure.ts';
import { shownOrganisation } from '../organisations.ts';
import { jsonOption, print } from '../output.ts';
import { withStore } from '../with-store.ts';

type Options = { name: string; slug?: string; timeZone?: string; baseUrl?: string; json?: true };

/** `tessera organisation create` */
export function addOrganisationCreate(parent: Command): void {
  parent
    .command('create')
    .description('create an organisation')
    .requiredOption('--name <name>', 'its name')
    .option('--slug <slug>', 'short name for the command line and for URLs: a-z, 0-9 and - (default: from the name)')
    .option('--time-zone <zone>', 'IANA time zone in which its days begin and end (default: Europe/London)')
    .option(
      '--base-url <url>',
      'public base URL, part of every @id (default: PUBLIC_URL for the first organisation, that of the first and /o/<slug> for others)',
    )
    .option(...jsonOption)
    .action(create);
}

function create({ json, ...input }: Options): Promise<void> {
  return withStore(async (store, config) => {
    // Where the first organisation is served the others are too: this shell may not know the server's address.
    const publicUrl = config.publicUrl ?? (await store.organisations.find())?.baseUrl;
    if (config.port === 0 && publicUrl === undefined && input.baseUrl === undefined) {
      throw new Failure('With PORT=0 the public URL is not known: set PUBLIC_URL, or give --base-url.');
    }
    const created = await createOrganisation(store, publicUrl ?? publicUrlOf(config), input);
    const { id, slug, name, timeZone, baseUrl } = created;
    const text = `Created the organisation "${name}".

  id         ${id}
  slug       ${slug}
  time zone  ${timeZone}
  base URL   ${baseUrl}

The base URL becomes part of every @id and cannot change once an account exists.
A key for it: ${tesseraCommand(config)} key create --organisation ${slug} --name "my application"`;
    print(json ? { json } : {}, shownOrganisation(created), text);
  });
}
