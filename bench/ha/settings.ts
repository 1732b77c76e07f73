import { randomBytes } from 'node:crypto';
import type { NodePorts } from './node.ts';

export type Secrets = { superuser: string; replicator: string; rewind: string; tessera: string };

export function newSecrets(): Secrets {
  const secret = () => randomBytes(18).toString('base64url');
  return { superuser: secret(), replicator: secret(), rewind: secret(), tessera: secret() };
}

/** Seconds. The leader's claim ends `ttl` after it was last renewed; Patroni wants loop_wait + 2 * retry_timeout <= ttl. */
export const patience = { ttl: 20, loop_wait: 5, retry_timeout: 5 };

/** What PostgreSQL is set to, on all three nodes. Everything else is its default, with fsync and synchronous_commit on. */
export const parameters = {
  max_connections: 100,
  wal_log_hints: 'on', // pg_rewind
  // A standby that does not answer holds all commits up until it is given up: by default after a minute.
  wal_sender_timeout: '5s',
  wal_receiver_timeout: '5s',
  // Statements whose client has gone end, and with them their locks.
  client_connection_check_interval: '5s',
  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 2,
  tcp_keepalives_count: 3,
};

/**
 * What all nodes share. Strict synchronous mode: a commit is acknowledged when two nodes have it, always. Without "strict" Patroni lets
 * a leader whose standbys are away, and every new leader until one has come, acknowledge what nobody else has. Then the same promise
 * would depend on that machine's disk, and a second failure could leave nobody who may be promoted.
 */
const cluster = {
  ...patience,
  primary_start_timeout: 0, // a leader that crashed is replaced at once: recovery takes longer than that
  synchronous_mode: true,
  synchronous_mode_strict: true,
  postgresql: { use_pg_rewind: true, use_slots: true, parameters },
};

export type NodeSettings = {
  name: string;
  ports: NodePorts;
  etcd: number;
  secrets: Secrets;
  binaries: string;
  place: string;
  dataDirectory: string;
};

/** A node's Patroni. Everything listens on loopback. */
export function patroniConfiguration({
  name,
  ports,
  etcd,
  secrets,
  binaries,
  place,
  dataDirectory,
}: NodeSettings): object {
  const rest = `127.0.0.1:${ports.rest}`;
  const postgres = `127.0.0.1:${ports.postgres}`;
  return {
    scope: 'tessera',
    name,
    restapi: { listen: rest, connect_address: rest },
    etcd3: { host: `127.0.0.1:${etcd}` },
    bootstrap: { dcs: cluster, initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'] },
    postgresql: {
      listen: postgres,
      connect_address: postgres,
      data_dir: dataDirectory,
      bin_dir: binaries,
      pgpass: `${place}/pgpass`,
      authentication: {
        superuser: { username: 'postgres', password: secrets.superuser },
        replication: { username: 'replicator', password: secrets.replicator },
        rewind: { username: 'rewinder', password: secrets.rewind },
      },
      pg_hba: ['host all all 127.0.0.1/32 scram-sha-256', 'host replication replicator 127.0.0.1/32 scram-sha-256'],
      parameters: { unix_socket_directories: place },
    },
  };
}

export type Member = { name: string; postgres: number; rest: number };

/** HAProxy before the nodes: connections go to the leader, and end when it is not that any more. */
export function haproxyConfiguration(port: number, nodes: readonly Member[]): string {
  return `global
  maxconn 500

defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout check 2s
  option clitcpka
  option srvtcpka

listen leader
  bind 127.0.0.1:${port}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${nodes.map(({ name, postgres, rest }) => `  server ${name} 127.0.0.1:${postgres} check port ${rest}`).join('\n')}
`;
}
