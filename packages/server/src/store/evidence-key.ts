import type { Database } from './database.ts';

/** Which key the files of this database are encrypted with: a fingerprint, written once by the first server that has one. */
export class EvidenceKey {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined as long as no server has had a key. */
  async find(): Promise<string | undefined> {
    const [row] = await this.#database.global('select fingerprint from evidence_key');
    return row?.fingerprint as string | undefined;
  }

  /** Writes the fingerprint if there is none; returns the one that is there then. */
  async register(fingerprint: string): Promise<string> {
    await this.#database.global('insert into evidence_key (fingerprint) values ($1) on conflict do nothing', [
      fingerprint,
    ]);
    return (await this.find()) as string;
  }
}
