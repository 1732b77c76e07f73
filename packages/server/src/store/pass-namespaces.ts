import type { CheckDigit, CodeType, PassNamespace } from '#domain/pass-namespace.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

const columns = `name, is_default, prefix, pattern, min_length, max_length, check_digit, code_type, max_active_per_account, version,
  created_at, changed_at`;

const byName: Statement = {
  name: 'pass-namespaces-by-name',
  text: `select ${columns} from pass_namespace where organisation_id = $1 and (name = any($2::text[]) or is_default)`,
};

/** Reads of pass namespaces. They are written by the catalogue writer. */
export class PassNamespaces {
  readonly #database: Database;
  readonly #byName: Lane<PassNamespace>;

  constructor(database: Database) {
    this.#database = database;
    this.#byName = new Lane(async (organisationId, names) => {
      const rows = await database.read(organisationId, byName, [organisationId, names]);
      const namespaces = rows.map(namespaceOf);
      // The default one is also found under the empty name, which no namespace has.
      return new Map(
        namespaces.flatMap((namespace) =>
          (namespace.isDefault ? ['', namespace.name] : [namespace.name]).map((key) => [key, namespace]),
        ),
      );
    });
  }

  /** The namespace with this name; callers that ask at the same time share a round trip. */
  async find(organisationId: number, name: string): Promise<PassNamespace | undefined> {
    return name === '' ? undefined : this.#byName.get(organisationId, name);
  }

  /** The organisation's default namespace: there always is one. */
  async findDefault(organisationId: number): Promise<PassNamespace> {
    const found = await this.#byName.get(organisationId, '');
    if (!found) throw new Error(`the organisation ${organisationId} has no default pass namespace`);
    return found;
  }

  /** Namespaces by name, those after `after`. */
  async list(organisationId: number, after: string, limit: number): Promise<PassNamespace[]> {
    const text = `select ${columns} from pass_namespace where organisation_id = $1 and name > $2 order by name limit $3`;
    const rows = await this.#database.read(organisationId, { name: '', text }, [organisationId, after, limit]);
    return rows.map(namespaceOf);
  }
}

function namespaceOf(row: Row): PassNamespace {
  return {
    name: row.name as string,
    isDefault: row.is_default as boolean,
    ...(row.prefix === null ? {} : { prefix: row.prefix as string }),
    ...(row.pattern === null ? {} : { pattern: row.pattern as string }),
    minLength: row.min_length as number,
    maxLength: row.max_length as number,
    checkDigit: row.check_digit as CheckDigit,
    codeType: row.code_type as CodeType,
    maxActivePerAccount: row.max_active_per_account as number,
    version: row.version as number,
    createdAt: (row.created_at as Date).toISOString(),
    changedAt: (row.changed_at as Date).toISOString(),
  };
}
