import type { Database } from './database.ts';
import { serverRole } from './pool.ts';

/** What tells whether two connections lead to copies of one database, and how far each of them is. */
export type Facts = {
  role: string;
  /** Whether it replays what another server writes. */
  standby: boolean;
  /** Of the cluster; standbys have that of the server they began as a copy of. */
  system: string;
  database: number;
  started: string;
  /** How much of the write-ahead log is there, bytes: durable on a primary, visible on a standby. */
  wal: number;
};

/** What a server must not be that is read in the primary's place. The message completes "the replica ...". */
export class NotAReplica extends Error {}

export async function factsOf(database: Database): Promise<Facts> {
  const [row] = await database.global(`select current_user::text as role, pg_is_in_recovery() as standby,
      system_identifier::text as system, (select oid::bigint from pg_database where datname = current_database()) as database,
      extract(epoch from pg_postmaster_start_time())::text as started,
      (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end - '0/0')::bigint as wal
    from pg_control_system()`);
  return row as Facts;
}

/**
 * The primary itself is as good as a replica: addresses of pools of servers lead there when no standby is left.
 *
 * @throws NotAReplica
 */
export function assertReplica(replica: Facts, primary: Facts): void {
  if (replica.role !== serverRole)
    throw new NotAReplica(
      `works as the role ${replica.role}, not as ${serverRole}, as a pooler makes it that drops start-up options: it would not keep organisations apart`,
    );
  if (replica.system !== primary.system || replica.database !== primary.database)
    throw new NotAReplica('is a different database than the one that DATABASE_URL names');
  if (!replica.standby && replica.started !== primary.started)
    throw new NotAReplica(
      'is no standby of the database that DATABASE_URL names, but a server that takes writes of its own',
    );
}
