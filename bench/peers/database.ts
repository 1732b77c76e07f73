import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Connection } from '../../scripts/installation/database.ts';

/** A database that a peer has for itself. */
export type PeerDatabase = {
  connection: Connection;
  /** Asks as the superuser. */
  query: (text: string) => Promise<void>;
  /** Ends all connections to it. */
  drop: () => Promise<void>;
};

/** Creates an empty database in a PostgreSQL; settings, such as those for durability, are the PostgreSQL's. */
export async function createPeerDatabase(postgres: Connection, peer: string): Promise<PeerDatabase> {
  const database = `peer_${peer.replaceAll('-', '_')}_${randomBytes(4).toString('hex')}`;
  const connection = { ...postgres, database };
  await once(postgres, `create database ${database}`);
  return {
    connection,
    query: (text) => once(connection, text),
    drop: () => once(postgres, `drop database ${database} with (force)`),
  };
}

/** Asks on a connection of its own. */
async function once(connection: Connection, text: string): Promise<void> {
  const client = new pg.Client({ ...connection, ssl: false });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
