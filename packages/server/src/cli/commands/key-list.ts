import type { Command } from 'commander';
import type { ApiClient } from '#operations/clients/authenticate.ts';
import { organisationNamed } from '../organisations.ts';
import { jsonOption, print, table } from '../output.ts';
import { withStore } from '../with-store.ts';

/** `tessera key list` */
export function addKeyList(parent: Command): void {
  parent
    .command('list')
    .description('list the API keys of an organisation, revoked ones too; the keys themselves are not stored')
    .requiredOption('--organisation <slug>', 'the organisation')
    .option(...jsonOption)
    .action(list);
}

function list({ organisation: slug, ...options }: { organisation: string; json?: true }): Promise<void> {
  return withStore(async (store) => {
    const organisation = await organisationNamed(store, slug);
    const keys = await store.clients.list(organisation.id);
    const text =
      keys.length === 0
        ? `${slug} has no keys.`
        : table(['ID', 'NAME', 'CREATED', 'REVOKED', 'SCOPES'], keys.map(cells));
    print(options, { organisation: slug, keys }, text);
  });
}

function cells({ id, name, createdAt, revokedAt, scopes }: ApiClient): string[] {
  return [String(id), name, day(createdAt), revokedAt ? day(revokedAt) : '-', scopes?.join(' ') ?? 'all'];
}

function day(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
