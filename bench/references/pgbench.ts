import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Connection } from '../../scripts/installation/database.ts';
import { sessionOptions } from './session.ts';

/** A transaction of pgbench: its script, and the values of its variables. */
export type Transaction = { name: string; script: string; variables: Record<string, string | number> };

export type Run = { transactions: number; perSecond: number; failed: number };

export type Pgbench = {
  /** Path of the program. */
  program: string;
  workspace: string;
  connection: Connection;
  organisationId: number;
};

/**
 * Runs a transaction again and again with prepared statements, as the server's role and for one organisation, so that row-level security
 * holds as it does for the server.
 *
 * @throws Error when pgbench reports one or does not finish
 */
export async function runPgbench(
  { program, workspace, connection, organisationId }: Pgbench,
  { name, script, variables }: Transaction,
  clients: number,
  seconds: number,
): Promise<Run> {
  const { host, port, user, database } = connection;
  const file = join(workspace, `${name.replaceAll(/\W+/g, '-')}.sql`);
  writeFileSync(file, script);
  const jobs = Math.min(clients, availableParallelism());
  const options = ['-n', '-M', 'prepared', '-c', clients, '-j', jobs, '-T', seconds, '-f', file];
  const given = Object.entries({ organisation: organisationId, ...variables });
  const { stdout, stderr } = await promisify(execFile)(
    program,
    [...options, ...given.flatMap(([variable, value]) => ['-D', `${variable}=${value}`])].map(String),
    {
      env: {
        TESSERA_TEST_RUN: process.env.TESSERA_TEST_RUN ?? '',
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: user,
        PGDATABASE: database,
        PGSSLMODE: 'disable',
        PGOPTIONS: sessionOptions(organisationId),
      },
    },
  );
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  const run = {
    transactions: number(/actually processed: (\d+)/),
    perSecond: number(/^tps = ([\d.]+)/m),
    failed: number(/failed transactions: (\d+)/) || 0,
  };
  if (!Number.isFinite(run.perSecond) || /aborted|ERROR|FATAL/.test(stderr))
    throw new Error(`pgbench failed in "${name}":\n${stderr}${stdout}`);
  return run;
}
