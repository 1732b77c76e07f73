import { kept } from '../load/operations.ts';
import type { Variant } from '../measure/variant.ts';
import { transactions } from '../measure/variants.ts';
import type { Part } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import type { PgbenchProgram } from '../stage/tools.ts';
import { createByStatements, createInOne, createPipelined } from './create.ts';
import { patchByStatements, patchInOne } from './patch.ts';
import type { Pgbench, Transaction } from './pgbench.ts';
import { readAccount, readEligibility, readUnshared, scanPass } from './reads.ts';

/** Clients of pgbench that are tried. More have never been faster; one alone never writes faster than several. */
const some = [2, 4, 8, 16, 32, 64];

/** A reference in several forms and at several counts of clients, of which the best counts. */
export type Reference = { name: string; candidates: Variant[] };

/** What PostgreSQL is asked for without Tessera, by the part of the benchmark that compares with it. */
export function pgbenchReferences(
  stage: Stage,
  { path: program, pipelines }: PgbenchProgram,
): { part: Part; reference: Reference }[] {
  const { database, reference: tenant, samples, workspace } = stage;
  const pgbench: Pgbench = { program, workspace, connection: database.connection, organisationId: tenant.id };
  const of = (part: Part, name: string, whats: Transaction[], counts: number[]) => ({
    part,
    reference: {
      name,
      candidates: whats.flatMap((what) =>
        counts.map((clients) => transactions(`pgbench ${what.name}`, pgbench, database.pid, what, clients)),
      ),
    },
  });
  const { create, patch } = samples;
  const pipelined = pipelines ? [createPipelined(create, tenant)] : [];
  const creates = [createInOne(create, tenant), createByStatements(create, tenant), ...pipelined];
  const changeable = tenant.accounts - kept;
  return [
    of('get', 'read', [readAccount(tenant)], [1, ...some]),
    of('get', 'read, unshared', [readUnshared(tenant)], [1, ...some]),
    of('operations', 'scan', [scanPass(tenant)], [1, ...some]),
    of('operations', 'eligibility', [readEligibility(tenant)], [1, ...some]),
    of('create', 'create', creates, some),
    of('patch', 'patch', [patchInOne(patch, tenant, changeable), patchByStatements(patch, tenant, changeable)], some),
  ];
}
