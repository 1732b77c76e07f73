/** The database cannot be reached, or a lock was not had in time. The outcome of a write may be unknown; the caller may try again. */
export class Unavailable extends Error {
  constructor(cause: unknown) {
    super('the database is not available', { cause });
    this.name = 'Unavailable';
  }
}
