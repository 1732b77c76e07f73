import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** The role the server works as: neither superuser nor exempt from row-level security. */
export const serverRole = 'tessera_server';

/**
 * PostgreSQL itself ends a statement after 30 s (statement_timeout). Whoever has not answered by then is not there any more, or waits with
 * a commit for a standby that is not. Milliseconds.
 */
const answerTimeout = 33_000;
const connectTimeout = 5_000;

/** A pool of connections that work as the server's role, with limits on waiting. `own`: further options of the driver. */
export function openPool(
  connection: pg.ClientConfig,
  own: pg.PoolConfig,
  onError: (error: Error) => void = () => {},
): pg.Pool {
  const { options, ...parts } = inParts(connection);
  const pool = new pg.Pool({
    query_timeout: answerTimeout,
    ...parts,
    ...own,
    pipeline: true, // besides, without it a connection would survive the timeout of its query, and the next one wait behind that
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: connectTimeout,
    // jit: compiling a statement of many parts takes 250 ms, running it one; PostgreSQL guesses the other way round.
    // plan_cache_mode: it would plan every look-up by a list of keys anew, 0.4 ms each time, for the same plan.
    options: `${options ?? ''} -c role=${serverRole} -c jit=off -c plan_cache_mode=force_generic_plan -c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=10s`,
  });
  pool.on('error', onError);
  // The end of a connection in use reaches the queries that wait for it; unheard, the event besides would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * Refuses a standby, to which a proxy or a name may lead for a moment around a failover: there is no telling how long it would be kept
 * and read, and what it shows may be old.
 */
export async function assertWritable(client: pg.ClientBase): Promise<void> {
  const query = { text: 'show transaction_read_only', query_timeout: connectTimeout };
  const { rows } = await client.query(query);
  if (rows[0]?.transaction_read_only !== 'off') throw new Error('the server is read-only: a standby');
}

/** A connection string in parts: left whole, `options` in it would win over ours, and with them the role. */
function inParts(connection: pg.ClientConfig): pg.ClientConfig {
  const { connectionString, ...rest } = connection;
  return connectionString === undefined ? rest : { ...parseIntoClientConfig(connectionString), ...rest };
}
