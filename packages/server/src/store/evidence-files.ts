import type { Database } from './database.ts';

/** An uploaded file, encrypted before it comes here, and what may be known of it without the key. */
export type StoredFile = {
  id: string;
  evidenceId: string;
  contentType: string;
  /** Bytes before encryption. */
  size: number;
  sealed: Buffer;
  createdAt: Date;
};

/**
 * Where uploaded files are kept. A file is staged first, to be deleted soon; the commit of the upload, and later the decision, say how
 * long it really stays (`delete_at` of its row), so that an upload that is never committed leaves nothing behind.
 */
export type EvidenceFiles = {
  /** Keeps a file until `deleteAt`. */
  stage(organisationId: number, customerNumber: number, file: StoredFile & { deleteAt: Date }): Promise<void>;
  /** Undefined when there is none, or none any more. */
  read(organisationId: number, customerNumber: number, id: string): Promise<StoredFile | undefined>;
  /** Deletes files whose time has come, at most `limit`; returns how many. */
  deleteDue(organisationId: number, now: Date, limit: number): Promise<number>;
  organisationsWithDue(now: Date): Promise<number[]>;
};

/** Files in PostgreSQL, beside what they belong to: one backup, one erasure. */
export class DatabaseEvidenceFiles implements EvidenceFiles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async stage(
    organisationId: number,
    customerNumber: number,
    { id, evidenceId, contentType, size, sealed, createdAt, deleteAt }: StoredFile & { deleteAt: Date },
  ): Promise<void> {
    const text = `insert into evidence_file
        (organisation_id, customer_number, id, evidence_id, content_type, size, sealed, created_at, delete_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
    const values = [organisationId, customerNumber, id, evidenceId, contentType, size, sealed, createdAt, deleteAt];
    await this.#database.read(organisationId, { name: '', text }, values);
  }

  async read(organisationId: number, customerNumber: number, id: string): Promise<StoredFile | undefined> {
    const text = `select evidence_id, content_type, size, sealed, created_at from evidence_file
      where organisation_id = $1 and customer_number = $2 and id = $3`;
    const [row] = await this.#database.read(organisationId, { name: '', text }, [organisationId, customerNumber, id]);
    if (!row) return undefined;
    return {
      id,
      evidenceId: row.evidence_id as string,
      contentType: row.content_type as string,
      size: row.size as number,
      sealed: row.sealed as Buffer,
      createdAt: row.created_at as Date,
    };
  }

  async deleteDue(organisationId: number, now: Date, limit: number): Promise<number> {
    const text = `delete from evidence_file where organisation_id = $1 and ctid = any(array(
      select ctid from evidence_file where organisation_id = $1 and delete_at <= $2::timestamptz limit $3)) returning 1`;
    return (await this.#database.read(organisationId, { name: '', text }, [organisationId, now, limit])).length;
  }

  async organisationsWithDue(now: Date): Promise<number[]> {
    const rows = await this.#database.global('select organisations_with_due_files($1) as id', [now]);
    return rows.map((row) => row.id as number);
  }
}
