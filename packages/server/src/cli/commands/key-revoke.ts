import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '../failure.ts';
import { organisationNamed } from '../organisations.ts';
import { jsonOption, print } from '../output.ts';
import { withStore } from '../with-store.ts';

/** `tessera key revoke` */
export function addKeyRevoke(parent: Command): void {
  parent
    .command('revoke')
    .description('end an API key; running servers refuse it from their next request on')
    .argument('<id>', 'number of the key, as "key list" shows it', keyId)
    .requiredOption('--organisation <slug>', 'the organisation')
    .option(...jsonOption)
    .action(revoke);
}

function revoke(id: number, { organisation: slug, ...options }: { organisation: string; json?: true }): Promise<void> {
  return withStore(async (store) => {
    const organisation = await organisationNamed(store, slug);
    const found = await store.clients.revoke(organisation.id, id);
    if (!found) throw new Failure(`${slug} has no key ${id}; see "key list --organisation ${slug}".`);
    print(options, { id, organisation: slug, revoked: true }, `Key ${id} of ${slug} is revoked.`);
  });
}

function keyId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a number, as "key list" shows it.');
  return Number(text);
}
