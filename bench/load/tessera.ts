import type { Variant } from '../measure/variant.ts';
import { requests, type Served } from '../measure/variants.ts';
import type { Part } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import { mixed, type TesseraOperations } from './operations.ts';

const counts = [1, 8, 64, 256];
/** Of the operations that are measured at one count only. */
const usual = 64;
/** At which the operations that no target compares with anything run for half as long, so that a run stays bearable. */
const brief = [8, 256];

type Measurement = { part: Part; name: keyof TesseraOperations };

const compared: Measurement[] = [
  { part: 'get', name: 'get native' },
  { part: 'create', name: 'create native' },
  { part: 'patch', name: 'patch' },
];
const others = [
  'get openactive',
  'get imin',
  'get entur',
  'get, not modified',
  'scan pass',
  'eligibility',
  'list page',
  'create imin',
  'update action',
] as const;
const once = ['get entur profile', 'get heavy'] as const;

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
  const at = (name: keyof typeof operations, connections: number) =>
    requests(name, served, operations[name], connections);
  const each = <T>(of: (connections: number) => T) => counts.map(of);
  return [
    ...compared.flatMap(({ part, name }) => each((count) => ({ part, variant: at(name, count) }))),
    ...each((count) => ({ part: 'mixed' as const, variant: requests('mixed', served, mixed(operations), count) })),
    ...others.flatMap((name) =>
      each((count) => operation(brief.includes(count) ? halved(at(name, count)) : at(name, count))),
    ),
    ...once.map((name) => operation(at(name, usual))),
  ];
}

function operation(variant: Variant): { part: Part; variant: Variant } {
  return { part: 'operations', variant };
}

function halved(variant: Variant): Variant {
  return { ...variant, brief: true };
}
