import type { Actor } from '#domain/actor.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { lockCounter } from './commit/commit.ts';
import type { Database, Row, Statement } from './database.ts';
import { keepingAnswer, keptAnswer } from './kept-answer.ts';
import type { KeptAnswer } from './plan.ts';
import { answerRecords, auditRecord } from './records.ts';

/** A text that is reserved for nobody yet: a printed card that waits for its account. */
export type ReservedPass = { text: string; reservedAt: string; reservedBy: string };

/** How a reservation ended; only `written` left anything behind. `taken`: positions of the texts that are there already. */
export type ReserveOutcome =
  | { outcome: 'written' }
  | { outcome: 'taken'; positions: number[] }
  | { outcome: 'stale' }
  | { outcome: 'idempotency' };

/** How the release of a reserved text ended; `stale`: it is not reserved (any more). */
export type ReleaseOutcome = 'written' | 'stale' | 'idempotency';

/** What both statements end with: one change of the namespace $4's passes, its audit record $3, the kept answer, the counter. */
const recording = (kind: string, event: string) => `written_change as (
  insert into change (organisation_id, number, audit_number, subject, subject_key, kind, cause, version, members, events, at)
  select $1, base + 1, base + 1, 'access-pass', $4, '${kind}', 'own', version, '{}', '{${event}}', at
  from good, json_to_record($3::json) as x(at timestamptz)
), written_audit as (
  insert into audit (organisation_id, number, at, client_id, client_name, actor, dialect, channel, operation, subject_key, correlation_id, request_id)
  select $1, base + 1, at, client_id, client_name, actor, dialect, dialect, operation, subject_key, correlation_id, request_id
  from good, json_to_record($3::json) as x(at timestamptz, client_id bigint, client_name text, actor text, dialect text, operation text,
    subject_key text, correlation_id text, request_id text)
), ${keptAnswer}, counted as (
  update organisation_counter set change_number = base + 1 from good where organisation_id = $1
)`;

const good = `good as materialized (
  select counter.change_number as base, n.version from (select change_number from organisation_counter where organisation_id = $1) counter,
    (select version from pass_namespace where organisation_id = $1 and name = $4) n`;

/**
 * Reserves texts, all or none. Runs after the counter is locked, so what it sees stays true until the commit. $4 namespace, $5 its
 * version by whose rules the texts were judged, $6 texts, $7 document of each. Row: outcome, positions.
 */
export const reservePasses: Statement = {
  name: 'reserve-passes',
  text: `with ${keepingAnswer}, taken as materialized (
  select w.position from unnest($6::text[]) with ordinality w (text, position)
    cross join lateral (select from access_pass where organisation_id = $1 and text = w.text and namespace = $4 limit 1) s
), ${good}
  where n.version = $5 and not exists (select from taken) and not exists (select from clash)
), written as (
  insert into access_pass (organisation_id, text, namespace, id, state, document)
  select $1, w.text, $4, gen_random_uuid(), 'reserved', $7::json from good, unnest($6::text[]) w (text)
), ${recording('created', 'access-pass.reserved')}
select 'written' as outcome, null::int[] as positions from good
union all
(select outcome, positions from (
  select 'idempotency' as outcome, null::int[] as positions, 0 as rank from clash
  union all
  select 'taken', (select array_agg((position - 1)::int order by position) from taken), 1 where exists (select from taken)
  union all
  select 'stale', null, 2
) failed where not exists (select from good) order by rank limit 1)`,
};

/** Releases a reserved text. $4 namespace, $5 text. Row: outcome. */
const release: Statement = {
  name: 'release-reserved-pass',
  text: `with ${keepingAnswer}, found as materialized (
  select state from access_pass where organisation_id = $1 and text = $5 and namespace = $4 and state = 'reserved' limit 1
), ${good}
  where exists (select from found) and not exists (select from clash)
), deleted as (
  delete from access_pass using good where organisation_id = $1 and text = $5 and namespace = $4 and state = 'reserved'
), ${recording('deleted', 'access-pass.released')}
select 'written' as outcome from good
union all
(select outcome from (select 'idempotency' as outcome, 0 as rank from clash union all select 'stale', 1) failed
  where not exists (select from good) order by rank limit 1)`,
};

export const reservedPasses: Statement = {
  name: 'passes-reserved',
  text: `select text, document from access_pass
    where organisation_id = $1 and namespace = $2 and state = 'reserved' and text > $3 order by text limit $4`,
};

/** Texts of passes that are reserved for printed cards: in use by nobody, and free for nobody but who assigns them. */
export class ReservedPasses {
  readonly #database: Database;
  readonly #committed: (organisationId: number) => void;

  /** @param committed called after each commit */
  constructor(database: Database, committed: (organisationId: number) => void) {
    this.#database = database;
    this.#committed = committed;
  }

  /**
   * Reserves texts in a namespace, all or none, in one transaction with change and audit; durable once it resolves. Throws Unavailable.
   *
   * @param namespace as it was read: its rules must be those by which the texts were judged
   */
  async reserve(
    actor: Actor,
    namespace: Pick<PassNamespace, 'name' | 'version'>,
    texts: readonly string[],
    keep?: KeptAnswer,
  ): Promise<ReserveOutcome> {
    const document = JSON.stringify({ reservedAt: actor.now.toISOString(), reservedBy: actor.name });
    const values = [namespace.version, texts, document];
    const row = await this.#commit(actor, reservePasses, 'access-passes.reserve', namespace.name, values, keep);
    return (row.outcome === 'taken' ? row : { outcome: row.outcome }) as ReserveOutcome;
  }

  /** Makes a reserved text free again. Throws Unavailable. */
  async release(actor: Actor, namespace: string, text: string, keep?: KeptAnswer): Promise<ReleaseOutcome> {
    const row = await this.#commit(actor, release, 'access-passes.release', namespace, [text], keep);
    return row.outcome as ReleaseOutcome;
  }

  /** Reserved texts of a namespace in their order, those after `after`. */
  async list(organisationId: number, namespace: string, after: string, limit: number): Promise<ReservedPass[]> {
    const rows = await this.#database.read(organisationId, reservedPasses, [organisationId, namespace, after, limit]);
    return rows.map((row) => ({ text: row.text as string, ...JSON.parse(row.document as string) }));
  }

  async #commit(
    actor: Actor,
    statement: Statement,
    operation: string,
    namespace: string,
    values: unknown[],
    keep: KeptAnswer | undefined,
  ): Promise<Row> {
    const { id } = actor.organisation;
    const common = [
      id,
      JSON.stringify(answerRecords(actor, keep)),
      JSON.stringify(auditRecord(actor, operation, namespace)),
    ];
    const [, rows] = await this.#database.write(id, [
      { ...lockCounter, values: [id] },
      { ...statement, values: [...common, namespace, ...values] },
    ]);
    const row = (rows as Row[])[0];
    if (!row) throw new Error('the database reported no outcome for a reservation');
    if (row.outcome === 'written') this.#committed(id);
    return row;
  }
}
