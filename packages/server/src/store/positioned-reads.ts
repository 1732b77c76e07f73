import type { Replica } from './replica.ts';
import type { NotAReplica } from './replica-facts.ts';
import type { Source } from './source.ts';

/** What was read, and the number of the organisation's newest change that the database it was read in had then, or an older one. */
export type Positioned<T extends object> = T & { position: number };

/**
 * Reads that may be a little old, and say how old: of the replica while there is one that answers, else of the primary. Everything of
 * one answer is read in one database. Whoever cannot do with less names the change that must be there.
 */
export class PositionedReads {
  readonly #primary: Source;
  readonly #replica: Replica | undefined;

  constructor(primary: Source, replica?: Replica) {
    this.#primary = primary;
    this.#replica = replica;
  }

  /** Whether the replica answers; undefined when there is none. */
  get replicaInUse(): boolean | undefined {
    return this.#replica?.inUse;
  }

  /** Whether what this process has just committed can be read here at once. */
  get current(): boolean {
    return !this.#replica?.inUse;
  }

  /**
   * Does `work` with the replica; with the primary when there is no replica, when it fails, or when it lacks the change `least`. The
   * primary's answer is taken as it is.
   *
   * @param work only reads, and is done again from its beginning in the other database
   */
  async read<T extends object>(
    work: (source: Source) => Promise<Positioned<T>>,
    least: number = 0,
  ): Promise<Positioned<T>> {
    const found = await this.#replica?.attempt(work);
    return found && found.position >= least ? found : work(this.#primary);
  }

  /** As {@link read}, for work that does not know its position: it is read first, so that what is read after it is as new at least. */
  readOf<T extends object>(
    organisationId: number,
    work: (source: Source) => Promise<T>,
    least?: number,
  ): Promise<Positioned<T>> {
    return this.read(async (source) => {
      const { newest } = await source.changes.range(organisationId);
      return { ...(await work(source)), position: newest };
    }, least);
  }

  /** The number of the newest change of each of these organisations, as a read would find it now. */
  async newest(organisationIds: number[]): Promise<Map<number, number>> {
    const ask = ({ database }: Source) =>
      database.global('select * from change_positions($1::bigint[])', [organisationIds]);
    const rows = (await this.#replica?.attempt(ask)) ?? (await ask(this.#primary));
    return new Map(rows.map((row) => [row.organisation_id as number, row.change_number as number]));
  }

  /** Begins to use the replica, if there is one. Returns what speaks against using it ever. */
  async start(): Promise<NotAReplica | undefined> {
    return this.#replica?.start();
  }

  async close(): Promise<void> {
    await this.#replica?.close();
  }
}
