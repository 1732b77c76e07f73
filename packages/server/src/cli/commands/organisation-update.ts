import type { Command } from 'commander';
import { moveBaseUrl } from '#operations/organisations/move-base-url.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { organisationNamed, shownOrganisation } from '../organisations.ts';
import { jsonOption, print } from '../output.ts';
import { withStore } from '../with-store.ts';

type Options = { baseUrl?: string; brokerList?: string; json?: true };

/** `tessera organisation update` */
export function addOrganisationUpdate(parent: Command): void {
  parent
    .command('update')
    .description('change an organisation: its broker list; its public base URL as long as it has no account')
    .argument('<slug>', 'the organisation')
    .option('--base-url <url>', 'public base URL, part of every @id')
    .option('--broker-list <slug>', 'the entitlement list that the broker API shows')
    .option(...jsonOption)
    .action(update);
}

function update(slug: string, options: Options, command: Command): Promise<void> {
  const { baseUrl, brokerList, ...output } = options;
  if (baseUrl === undefined && brokerList === undefined) {
    command.error(`error: one of the options '--base-url <url>' and '--broker-list <slug>' is required`);
  }
  return withStore(async (store) => {
    const said: string[] = [];
    if (brokerList !== undefined) {
      const actor = tesseraActor(await organisationNamed(store, slug), 'command-line', new Date());
      await changeSettings(store, actor, { edit: { brokerList } });
      said.push(`The broker list of ${slug} is now ${brokerList}.`);
    }
    if (baseUrl !== undefined) {
      await moveBaseUrl(store, await organisationNamed(store, slug), baseUrl);
      said.push(`The base URL of ${slug} is now ${baseUrl}.`);
    }
    print(output, shownOrganisation(await organisationNamed(store, slug)), said.join('\n'));
  });
}
