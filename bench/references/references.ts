import { kept } from '../load/operations.ts';
import { transactions } from '../measure/variants.ts';
import type { Part } from '../options.ts';
import type { Stage } from '../stage/stage.ts';
import type { Reference } from './best.ts';
import { createByStatements, createInOne, createPipelined } from './create.ts';
import { patchByStatements, patchInOne } from './patch.ts';
import type { Pgbench, Transaction } from './pgbench.ts';
import { readAccount, readUnshared } from './reads.ts';

/** Clients of pgbench that are tried. More than a few times the processors have never been faster. */
const few = [8, 16, 32, 64];

/** What PostgreSQL is asked for without Tessera, by the part of the benchmark that compares with it. */
export function pgbenchReferences(stage: Stage, program: string): { part: Part; reference: Reference }[] {
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
  const changeable = tenant.accounts - kept;
  return [
    of('get', 'read', [readAccount(tenant)], [1, ...few]),
    of('get', 'read, unshared', [readUnshared(tenant)], [1, ...few]),
    of(
      'create',
      'create',
      [createInOne(create, tenant), createByStatements(create, tenant), createPipelined(create, tenant)],
      [1, ...few],
    ),
    of('patch', 'patch', [patchInOne(patch, tenant, changeable), patchByStatements(patch, tenant, changeable)], few),
  ];
}
