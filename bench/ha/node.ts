import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon, isSender, postgresProcesses, signal, type User } from './daemon.ts';
import type { Programs } from './packages.ts';
import { patroniConfiguration, type Secrets } from './settings.ts';

export type NodePorts = { postgres: number; rest: number };

type NodeParts = {
  /** In which it makes its own. */
  directory: string;
  user: User;
  programs: Programs;
  /** The port of etcd. */
  etcd: number;
  secrets: Secrets;
};

/** One PostgreSQL with the Patroni that looks after it. */
export class Node {
  readonly name: string;
  readonly ports: NodePorts;
  readonly #dataDirectory: string;
  readonly #patroni: Daemon;

  constructor(name: string, ports: NodePorts, { directory, user, programs, etcd, secrets }: NodeParts) {
    this.name = name;
    this.ports = ports;
    this.#dataDirectory = join(directory, name, 'data');
    const place = join(directory, name);
    mkdirSync(place, { mode: 0o700 });
    chownSync(place, user.uid, user.gid);
    const file = join(place, 'patroni.yml'); // JSON is YAML
    const { postgres: binaries } = programs;
    const settings = { name, ports, etcd, secrets, binaries, place, dataDirectory: this.#dataDirectory };
    writeFileSync(file, JSON.stringify(patroniConfiguration(settings)), { mode: 0o600 });
    chownSync(file, user.uid, user.gid);
    this.#patroni = new Daemon(programs.patroni, [file], { user, directory: place, log: join(place, 'patroni.log') });
  }

  get rest(): string {
    return `http://127.0.0.1:${this.ports.rest}`;
  }

  start(): void {
    if (!this.#patroni.running) this.#patroni.start();
  }

  /** `kill -9` of PostgreSQL and all its processes. */
  killPostgres(): void {
    signal(postgresProcesses(this.#dataDirectory), 'SIGKILL');
  }

  /** `kill -9` of everything, as if the machine had lost its power. */
  async killAll(): Promise<void> {
    const gone = this.#patroni.end('SIGKILL');
    this.killPostgres();
    await gone;
  }

  /** What it writes does not leave the machine any more. */
  stallReplication(): void {
    signal(postgresProcesses(this.#dataDirectory).filter(isSender), 'SIGSTOP');
  }

  /** Stops everything in its tracks: connections stay open, and nothing is answered any more; as if the network had been cut. */
  freeze(): void {
    signal(this.#processes(), 'SIGSTOP');
    signal(this.#processes(), 'SIGSTOP'); // what was being forked meanwhile
  }

  thaw(): void {
    signal(this.#processes(), 'SIGCONT');
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    this.thaw();
    const late = new AbortController();
    await Promise.race([this.#patroni.end('SIGTERM'), sleep(20_000, undefined, { signal: late.signal })]).catch(
      () => {},
    );
    late.abort();
    await this.killAll();
  }

  #processes(): number[] {
    const { pid } = this.#patroni;
    return [...(pid === undefined ? [] : [pid]), ...postgresProcesses(this.#dataDirectory)];
  }
}
