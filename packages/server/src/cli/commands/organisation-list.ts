import type { Command } from 'commander';
import { shownOrganisation } from '../organisations.ts';
import { jsonOption, print, table } from '../output.ts';
import { withStore } from '../with-store.ts';

/** `tessera organisation list` */
export function addOrganisationList(parent: Command): void {
  parent
    .command('list')
    .description('list the organisations, the first one first')
    .option(...jsonOption)
    .action(list);
}

function list(options: { json?: true }): Promise<void> {
  return withStore(async (store) => {
    const organisations = (await store.organisations.list()).map(shownOrganisation);
    const rows = organisations.map(({ id, slug, name, timeZone, baseUrl }) => [
      String(id),
      slug,
      name,
      timeZone,
      baseUrl,
    ]);
    const text =
      rows.length === 0
        ? 'There is no organisation yet.'
        : table(['ID', 'SLUG', 'NAME', 'TIME ZONE', 'BASE URL'], rows);
    print(options, { organisations }, text);
  });
}
