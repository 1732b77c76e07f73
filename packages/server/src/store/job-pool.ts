import type pg from 'pg';
import { assertWritable, openPool } from './database.ts';

/** Connections of the job library: to fetch and finish jobs, and to hear of new ones. */
export type JobPool = pg.Pool;

/** Opens them as the server's role; the work of jobs itself goes through the store. */
export function openJobPool(connection: pg.ClientConfig, onError: (error: Error) => void): JobPool {
  return openPool(connection, { max: 8, onConnect: assertWritable }, onError);
}
