import type { Variant } from '../measure/variant.ts';
import { requests, type Served } from '../measure/variants.ts';
import type { Part } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import { mixed } from './operations.ts';

/** Connections of the operations that are measured at several counts; the others are measured at 64. */
const several = [1, 8, 64, 256];
const usual = 64;

/** What is asked of Tessera in the rounds. */
export function tesseraVariants({
  server,
  database,
  workspace,
  tenant,
  operations,
}: Stage): { part: Part; variant: Variant }[] {
  const { url, pid } = server;
  const served: Served = { url, workspace, accounts: tenant.accounts, server: [pid], postgres: [database.pid] };
  const at = (part: Part, name: keyof typeof operations, connections = usual) => ({
    part,
    variant: requests(name, served, operations[name], connections),
  });
  return [
    ...several.map((connections) => at('get', 'get native', connections)),
    ...several.map((connections) => at('create', 'create native', connections)),
    at('patch', 'patch', 1),
    at('patch', 'patch'),
    ...several.map((connections) => ({
      part: 'mixed' as const,
      variant: requests('mixed', served, mixed(operations), connections),
    })),
    at('operations', 'get openactive'),
    at('operations', 'get imin'),
    at('operations', 'get entur'),
    at('operations', 'get entur profile'),
    at('operations', 'get, not modified'),
    at('operations', 'get heavy'),
    at('operations', 'scan pass'),
    at('operations', 'eligibility'),
    at('operations', 'list page'),
    at('operations', 'create imin'),
    at('operations', 'update action'),
  ];
}
