import { type Command, InvalidArgumentError } from 'commander';
import type { RateLimits } from '#operations/clients/authenticate.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { scopes } from '#operations/clients/scopes.ts';
import { organisationNamed } from '../organisations.ts';
import { jsonOption, print } from '../output.ts';
import { withStore } from '../with-store.ts';

type Options = RateLimits & { organisation: string; name: string; scope?: string[]; json?: true };

/** `tessera key create` */
export function addKeyCreate(parent: Command): void {
  parent
    .command('create')
    .description('create an API key; it is shown this once, only its hash is stored')
    .requiredOption('--organisation <slug>', 'the organisation whose data it opens')
    .requiredOption('--name <name>', 'who uses it; stands in the audit trail')
    .option('--scope <scope>', 'what it permits; repeat it for more (default: everything)', collect)
    .option('--per-second <n>', 'requests per second in all dialects but Entur (default: 1000)', wholeNumber)
    .option('--entur-per-minute <n>', 'requests per minute in Entur, with ET-Client-Name (default: 500)', wholeNumber)
    .option('--entur-unidentified-per-minute <n>', 'the same without ET-Client-Name (default: 30)', wholeNumber)
    .option(...jsonOption)
    .addHelpText('after', scopeHelp())
    .action(create);
}

function create({ organisation: slug, name, scope, json, ...rateLimits }: Options): Promise<void> {
  return withStore(async (store) => {
    const organisation = await organisationNamed(store, slug);
    const restricted = scope === undefined ? {} : { scopes: [...new Set(scope)] };
    const { id, key } = await createKey(store, { organisationId: organisation.id, name, rateLimits, ...restricted });
    const text = `Key ${id} of ${slug}, for "${name.trim()}", with ${restricted.scopes?.join(', ') ?? 'all scopes'}:

  ${key}

It is shown this once. Send it as "Authorization: Bearer <key>" or "X-API-KEY: <key>".
To end it: npm run -s tessera -- key revoke ${id} --organisation ${slug}`;
    print(json ? { json } : {}, { id, key, organisation: slug, name: name.trim(), ...restricted, rateLimits }, text);
  });
}

function collect(scope: string, before: string[] = []): string[] {
  return [...before, scope];
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 999999999.');
  return Number(text);
}

function scopeHelp(): string {
  const lines = Object.entries(scopes).map(
    ([contract, names]) => `  ${contract.padEnd(11)} ${names.join('\n              ')}`,
  );
  return `\nScopes, by the contract whose routes they open (the imin dialect takes those of openactive):\n${lines.join('\n')}`;
}
