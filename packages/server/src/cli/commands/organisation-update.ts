import type { Command } from 'commander';
import { moveBaseUrl } from '#operations/organisations/move-base-url.ts';
import { organisationNamed, shownOrganisation } from '../organisations.ts';
import { jsonOption, print } from '../output.ts';
import { withStore } from '../with-store.ts';

/** `tessera organisation update` */
export function addOrganisationUpdate(parent: Command): void {
  parent
    .command('update')
    .description('change the public base URL of an organisation that has no account yet')
    .argument('<slug>', 'the organisation')
    .requiredOption('--base-url <url>', 'public base URL, part of every @id')
    .option(...jsonOption)
    .action(update);
}

function update(slug: string, { baseUrl, ...options }: { baseUrl: string; json?: true }): Promise<void> {
  return withStore(async (store) => {
    const organisation = await organisationNamed(store, slug);
    await moveBaseUrl(store, organisation, baseUrl);
    print(options, shownOrganisation({ ...organisation, baseUrl }), `The base URL of ${slug} is now ${baseUrl}.`);
  });
}
