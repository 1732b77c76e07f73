import type { Client } from 'pg';
import { StartError } from './start-error.ts';

/** What a confirmed commit rests on. Checked in the running server, because a role or database may override the command line. */
const durable = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

/** Passed on the command line, which wins over postgresql.conf and ALTER SYSTEM: nobody's file weakens them. */
const settings: Record<string, string> = {
  ...durable,
  wal_sync_method: 'fdatasync',
  restart_after_crash: 'on',
  // Only processes of the same user on this machine, through the 0700 socket directory.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  ssl: 'off',
  // Writes down which pages were in shared_buffers and reads them back after a restart, beside the first requests.
  shared_preload_libraries: 'pg_prewarm',
  max_connections: '200', // 64 processes at most, and command-line tools beside them
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  // The DETAIL line of a unique violation quotes the row: personal data has no place in a log file.
  log_error_verbosity: 'terse',
};

/**
 * The arguments of `postgres` for the data directory `cluster`, listening in `socketDirectory` only.
 *
 * @param sharedBuffers with its unit
 */
export function postgresArguments(
  cluster: string,
  socketDirectory: string,
  port: number,
  sharedBuffers: string,
): string[] {
  // A list setting: quoted, a comma or blank in the path is not taken for a separator.
  const sockets = `"${socketDirectory.replaceAll('"', '""')}"`;
  const all = { ...settings, shared_buffers: sharedBuffers, unix_socket_directories: sockets };
  return [
    '-D',
    cluster,
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Throws StartError when the server on the other end of `client` would confirm commits that a power cut can undo. */
export async function assertDurable(client: Client): Promise<void> {
  for (const [name, wanted] of Object.entries(durable)) {
    const { rows } = await client.query<{ value: string }>('select current_setting($1) as value', [name]);
    if (rows[0]?.value === wanted) continue;
    throw new StartError(
      `PostgreSQL runs with ${name} = ${rows[0]?.value}: confirmed data could be lost in a power cut. ` +
        `Stop it, or take the setting back (ALTER ROLE ... RESET ${name}, ALTER DATABASE ... RESET ${name}), and start again.`,
    );
  }
}
