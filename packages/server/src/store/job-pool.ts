import type pg from 'pg';
import { assertWritable, openPool } from './pool.ts';
import { Silence } from './silence.ts';

/** Connections of the job library: to fetch and finish jobs, and to hear of new ones. */
export type JobPool = {
  pool: pg.Pool;
  /** Has what waits for the database fail. */
  cutOff: () => Promise<void>;
  /** Takes seconds at most. */
  close: () => Promise<void>;
};

/** Opens them as the server's role; the work of jobs itself goes through the store. */
export function openJobPool(connection: pg.ClientConfig, onError: (error: Error) => void): JobPool {
  const pool = openPool(connection, { max: 8, onConnect: assertWritable }, onError);
  const silence = new Silence(pool);
  return { pool, cutOff: () => silence.cutOff(), close: () => silence.end() };
}
