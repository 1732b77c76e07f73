import type { Plan } from '../plan.ts';
import type { Need } from './need.ts';

/** What the statement is given: rows of one kind from all plans, as JSON, under the name by which its parts know them. */
export type Input = { name: string; for?: Need; columns: string; select?: string; rows: (plan: Plan) => object[] };

export const inputs: readonly Input[] = [
  {
    name: 'plan',
    columns: `mode text, customer_number bigint, expected bigint, version bigint, change_count int, customer_changed boolean,
      forget boolean, state text, document json, password_hash text, customer_ref text, username_key text, email_key text,
      telephone_key text, name_key text, given_name_key text, vipps_id text, landline text, birth_date date,
      expires_at timestamptz, created_at timestamptz, changed_at timestamptz, at timestamptz, client_id bigint,
      client_name text, actor text, dialect text, channel text, operation text, account_number bigint, correlation_id text,
      request_id text`,
    rows: (plan) => [plan.plan],
  },
  {
    name: 'acc',
    columns: `seq int, is_new boolean, replaces bigint, identifier text, number bigint, customer_number bigint, version bigint,
      state text, alias text, account_number text, is_default boolean, account json, next_boundary date, digest text`,
    rows: (plan) => plan.accounts,
  },
  {
    name: 'chg',
    columns: `seq int, subject text, kind text, cause text, customer_number bigint, account_number bigint, version bigint,
      members text[], events text[]`,
    rows: (plan) => plan.changes,
  },
  {
    name: 'address',
    for: 'adds',
    columns: `gone boolean, address_id bigint, street_key text, postal_code text`,
    rows: (plan) => plan.addresses,
  },
  {
    name: 'idem',
    for: 'keeps',
    columns: `client_id bigint, request_hash text, body_digest text, answer json, customer_number bigint, account_number bigint,
      created_at timestamptz`,
    select: `n, client_id, decode(request_hash, 'hex') as request_hash, decode(body_digest, 'hex') as body_digest, answer,
      customer_number, account_number, created_at`,
    rows: (plan) => (plan.answer ? [plan.answer] : []),
  },
  {
    name: 'ent',
    for: 'holds',
    columns: `customer_number bigint, account_number bigint, id uuid, is_new boolean, revised boolean, type_number bigint,
      type_version bigint, state text, valid_from date, valid_until date, revision int, document json`,
    rows: (plan) => plan.entitlements,
  },
  {
    name: 'evi',
    for: 'holds',
    columns: `customer_number bigint, account_number bigint, id uuid, entitlement_id uuid, state text, requested_at timestamptz,
      document json, files uuid[], delete_at timestamptz`,
    rows: (plan) => plan.evidence,
  },
  {
    name: 'pass',
    for: 'holds',
    columns: `i int, customer_number bigint, account_number bigint, id uuid, namespace text, text text, state text,
      document json`,
    rows: (plan) => plan.passes,
  },
  {
    name: 'act',
    for: 'holds',
    columns: `customer_number bigint, account_number bigint, id uuid, state text, document json`,
    rows: (plan) => plan.actions,
  },
];
