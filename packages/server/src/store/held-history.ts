import type { AccountDocument } from '#domain/account.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import type { Evidence, EvidenceState } from '#domain/evidence.ts';
import type { OutstandingAction } from '#domain/outstanding-action.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

/** A request for proof with the entitlement it is for and the account. */
export type StoredEvidence = {
  evidence: Evidence;
  entitlement: Omit<Entitlement, 'evidence'>;
  document: AccountDocument;
};

type Owner = { organisationId: number; customerNumber: number; accountNumber: number };

const entitlementOfRequest =
  '(select e.document from entitlement e where e.organisation_id = $1 and e.customer_number = r.customer_number and e.id = r.entitlement_id)';
const evidenceColumns = `r.document as evidence, a.document as account, ${entitlementOfRequest} as entitlement`;
const evidenceFrom = `evidence_request r
  join lateral (select document from account where organisation_id = $1 and number = r.account_number and state = 'active' limit 1) a on true`;

// An entitlement's id is in the order of time.
const entitlementsOfAccounts: Statement = {
  name: 'entitlements-of-accounts',
  text: `select k.customer_number || ' ' || k.account_number as owner, e.document as entitlement, r.document as evidence
    from unnest($2::bigint[], $3::bigint[]) k (customer_number, account_number)
    cross join lateral (select id, document from entitlement
      where organisation_id = $1 and customer_number = k.customer_number and account_number = k.account_number) e
    left join lateral (select document from evidence_request
      where organisation_id = $1 and customer_number = k.customer_number and entitlement_id = e.id order by requested_at desc, id desc limit 1) r on true
    order by e.id`,
};

/** Reads of everything that accounts hold and held: what is over as well as what is current. */
export class HeldHistory {
  readonly #database: Database;
  readonly #entitlements: Lane<Entitlement[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#entitlements = new Lane(async (organisationId, owners) => {
      const numbers = owners.map((owner) => owner.split(' ').map(Number));
      const values = [organisationId, numbers.map(([customer]) => customer), numbers.map(([, account]) => account)];
      const rows = await database.read(organisationId, entitlementsOfAccounts, values);
      const grouped = Map.groupBy(rows, (row) => row.owner as string);
      return new Map([...grouped].map(([owner, group]) => [owner, group.map(entitlementOf)]));
    });
  }

  /** Every entitlement an account has or had, oldest grant first, each with its newest request for proof. Callers share round trips. */
  async entitlements({ organisationId, customerNumber, accountNumber }: Owner): Promise<Entitlement[]> {
    return (await this.#entitlements.get(organisationId, `${customerNumber} ${accountNumber}`)) ?? [];
  }

  /** The states an account's entitlements were in, oldest first, by entitlement. */
  async revisions({ organisationId, customerNumber, accountNumber }: Owner): Promise<Map<string, Entitlement[]>> {
    const text = `select v.entitlement_id, v.document from entitlement e
      join entitlement_revision v on v.organisation_id = $1 and v.customer_number = $2 and v.entitlement_id = e.id
      where e.organisation_id = $1 and e.customer_number = $2 and e.account_number = $3 order by v.entitlement_id, v.revision`;
    const rows = await this.#database.read(organisationId, { name: 'revisions-of-account', text }, [
      organisationId,
      customerNumber,
      accountNumber,
    ]);
    const grouped = Map.groupBy(rows, (row) => row.entitlement_id as string);
    return new Map([...grouped].map(([id, group]) => [id, group.map((row) => JSON.parse(row.document as string))]));
  }

  /** Every request for proof of an account, newest first. Without the account, which the caller has. */
  async evidence({
    organisationId,
    customerNumber,
    accountNumber,
  }: Owner): Promise<Omit<StoredEvidence, 'document'>[]> {
    const text = `select r.document as evidence, ${entitlementOfRequest} as entitlement from evidence_request r
      where r.organisation_id = $1 and r.customer_number = $2 and r.account_number = $3 order by r.requested_at desc, r.id desc`;
    const rows = await this.#database.read(organisationId, { name: 'evidence-of-account', text }, [
      organisationId,
      customerNumber,
      accountNumber,
    ]);
    return rows.map((row) => ({
      evidence: JSON.parse(row.evidence as string),
      entitlement: JSON.parse(row.entitlement as string),
    }));
  }

  /** The request for proof with this id. */
  async findEvidence(organisationId: number, id: string): Promise<StoredEvidence | undefined> {
    const text = `select ${evidenceColumns} from ${evidenceFrom} where r.organisation_id = $1 and r.id = $2`;
    const values = [organisationId, id];
    const [row] = await this.#database.read(organisationId, { name: 'evidence-by-id', text }, values);
    return row && evidenceOf(row);
  }

  /** Requests for proof in a state, in the order in which they were made: the review queue. Those after `after`. */
  async evidenceIn(
    organisationId: number,
    state: EvidenceState,
    after: { requestedAt: string; id: string } | undefined,
    limit: number,
  ): Promise<StoredEvidence[]> {
    const from = after ? 'and (r.requested_at, r.id) > ($4::timestamptz, $5::uuid)' : '';
    const text = `select ${evidenceColumns} from ${evidenceFrom}
      where r.organisation_id = $1 and r.state = $2 ${from} order by r.requested_at, r.id limit $3`;
    const values = [organisationId, state, limit, ...(after ? [after.requestedAt, after.id] : [])];
    return (await this.#database.read(organisationId, { name: '', text }, values)).map(evidenceOf);
  }

  /** Every action an account has or had, oldest first. */
  async actions({ organisationId, customerNumber, accountNumber }: Owner): Promise<OutstandingAction[]> {
    const text = `select document from outstanding_action
      where organisation_id = $1 and customer_number = $2 and account_number = $3 order by id`;
    const rows = await this.#database.read(organisationId, { name: 'actions-of-account', text }, [
      organisationId,
      customerNumber,
      accountNumber,
    ]);
    return rows.map((row) => JSON.parse(row.document as string));
  }
}

function entitlementOf(row: Row): Entitlement {
  const entitlement = JSON.parse(row.entitlement as string);
  return row.evidence === null ? entitlement : { ...entitlement, evidence: JSON.parse(row.evidence as string) };
}

function evidenceOf(row: Row): StoredEvidence {
  return {
    evidence: JSON.parse(row.evidence as string),
    entitlement: JSON.parse(row.entitlement as string),
    document: JSON.parse(row.account as string),
  };
}
