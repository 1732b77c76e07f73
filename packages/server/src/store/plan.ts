import { isDeepStrictEqual } from 'node:util';
import { passKey } from '#domain/access-pass.ts';
import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Changeset, SubjectChange } from '#domain/changeset.ts';
import { type Customer, isPostalAddress } from '#domain/customer.ts';
import { foldKey, telephoneKey } from '#domain/keys.ts';
import { type Need, needs } from './commit/need.ts';
import { identifierDigest } from './forgotten-identifiers.ts';
import { heldRows, type PassRow } from './held-rows.ts';

/** The answer kept for an Idempotency-Key; committed with the effect it answers. */
export type KeptAnswer = {
  /** Hex SHA-256 of method, path and key. */
  requestHash: string;
  /** Hex SHA-256 of the canonical request body. */
  bodyDigest: string;
  answer: { status: number; headers: Record<string, string>; body: string };
  /** Number of the account that the answer shows: the answer goes when the account does. Default: the one account that was written. */
  accountNumber?: number;
};

/** One caller's write: what changed, who did it, and the answer to keep. */
export type Write = {
  actor: Actor;
  /** Name of the operation, for the audit: `accounts.create`. */
  operation: string;
  /** Sales channel or system, for the audit; the dialect unless the dialect carries one. */
  channel?: string;
  /** Absent when only an answer is to be kept. */
  changeset?: Changeset;
  /** The customer whose data a kept answer shows when nothing changed: the answer goes when the customer does. */
  unchanged?: Aggregate;
  /** Version of the tombstone that a new account of a deleted identifier replaces. */
  replaces?: number;
  keep?: KeptAnswer;
};

/** A write in the form the commit statement reads; `n`, its position in the batch, is set in each row when the batch is sent. */
export type Plan = {
  plan: object;
  accounts: object[];
  changes: object[];
  answer: object | undefined;
  addresses: object[];
  entitlements: object[];
  evidence: object[];
  passes: PassRow[];
  actions: object[];
  claims: string[];
  needs: Need[];
};

/** Turns a write into rows, and into the unique keys it claims: two plans with a common claim never share a batch. */
export function planOf({ actor, operation, channel, changeset, unchanged, replaces, keep }: Write): Plan {
  const customer = (changeset?.after ?? unchanged)?.customer;
  const accounts = changeset ? accountRows(actor, changeset, replaces) : [];
  const account = accountOf(accounts as AccountRow[]);
  const plan = {
    ...(changeset ? customerRow(changeset) : guardRow(unchanged)),
    change_count: changeset?.changes.length ?? 0,
    forget: customer?.state === 'erased',
    at: actor.now,
    client_id: actor.client.id,
    client_name: actor.client.name,
    actor: actor.name,
    dialect: actor.dialect,
    channel: channel ?? actor.dialect,
    operation,
    account_number: account,
    correlation_id: actor.correlationId,
    request_id: actor.requestId,
  };
  const answer = keep && {
    client_id: actor.client.id,
    request_hash: keep.requestHash,
    body_digest: keep.bodyDigest,
    answer: keep.answer,
    customer_number: customer?.number ?? null,
    account_number: keep.accountNumber ?? account,
    created_at: actor.now,
  };
  const changes = (changeset?.changes ?? []).map((change, index) => ({
    seq: index + 1,
    subject: change.subject,
    kind: change.kind,
    cause: change.cause,
    customer_number: change.customerNumber,
    account_number: change.accountNumber ?? null,
    version: change.version,
    members: change.members,
    events: change.events,
  }));
  const held = heldRows(changeset?.held ?? []);
  const addresses = changeset ? addressRows(changeset) : [];
  const claims = claimsOf(plan, accounts as { identifier: string }[], held.passes, keep);
  const made = { plan, accounts, changes, answer, addresses, ...held };
  return { ...made, claims, needs: needsOf(made) };
}

function needsOf({ plan, accounts, addresses, answer, ...held }: Omit<Plan, 'claims' | 'needs'>): Need[] {
  const { mode, forget } = plan as { mode: string; forget: boolean };
  const rows = accounts as AccountRow[];
  const needed: Record<Need, boolean> = {
    adds: mode === 'insert' || addresses.length > 0 || rows.some((row) => row.is_new),
    updates: mode === 'update',
    holds: [held.entitlements, held.evidence, held.passes, held.actions].some((some) => some.length > 0),
    keeps: answer !== undefined,
    forgets: forget || rows.some((row) => row.state !== 'active') || addresses.some((row) => (row as AddressRow).gone),
  };
  return needs.filter((need) => needed[need]);
}

/** No customer row is written: either only guarded by its version, or there is none. */
function guardRow(unchanged: Aggregate | undefined): Record<string, unknown> {
  if (!unchanged) return { mode: 'none', customer_number: 0 };
  return { mode: 'guard', customer_number: unchanged.customer.number, expected: unchanged.customer.version };
}

type AccountRow = { number: number; is_new: boolean; identifier: string; state: string; account_number?: unknown };
type AddressRow = { gone: boolean; address_id: number };

/** The account that a write is about: the new one, or the only one it touches. */
function accountOf(accounts: AccountRow[]): number | null {
  const one = accounts.find((account) => account.is_new) ?? (accounts.length === 1 ? accounts[0] : undefined);
  return one?.number ?? null;
}

function customerRow({ before, after, changes }: Changeset): Record<string, unknown> {
  const { customer } = after;
  const erased = customer.state === 'erased';
  const { version, ...document } = customer;
  return {
    mode: before ? 'update' : 'insert',
    customer_number: customer.number,
    expected: before?.customer.version ?? null,
    version,
    customer_changed: changes[0]?.subject === 'customer',
    state: customer.state,
    expires_at: customer.expiresAt ?? null,
    created_at: customer.createdAt,
    changed_at: customer.changedAt,
    document: erased ? null : document,
    password_hash: erased ? null : after.passwordHash,
    ...(erased ? {} : customerKeys(customer)),
  };
}

/** The columns by which customers are found and kept unique; all folded here, so that the database's locale has no say. */
function customerKeys({ customerRef, username, details }: Customer): Record<string, unknown> {
  const name = details.familyName ?? details.name;
  return {
    customer_ref: customerRef,
    username_key: username && foldKey(username),
    email_key: details.email && foldKey(details.email),
    telephone_key: details.telephone && telephoneKey(details.telephone),
    name_key: name && foldKey(name),
    given_name_key: details.givenName && foldKey(details.givenName),
    vipps_id: details.vippsId,
    landline: details.landline,
    birth_date: details.birthDate,
  };
}

function accountRows(
  { organisation }: Actor,
  { before, after, changes }: Changeset,
  replaces: number | undefined,
): object[] {
  const sequence = new Map(changes.map((change, index) => [change.accountNumber, { change, seq: index + 1 }]));
  const row = (account: Account) => {
    const { change, seq } = sequence.get(account.number) as { change: SubjectChange; seq: number };
    const isNew = change.kind === 'created';
    const live = change.kind !== 'deleted';
    return {
      seq,
      is_new: isNew,
      replaces: isNew ? (replaces ?? null) : null,
      identifier: account.identifier,
      number: account.number,
      customer_number: account.customerNumber,
      version: change.version,
      state: live ? 'active' : after.customer.state === 'erased' ? 'erased' : 'deleted',
      alias: live ? account.alias : null,
      account_number: live ? account.accountNumber : null,
      is_default: live && account.isDefault,
      account: live ? account : null,
      next_boundary: live ? (account.nextBoundary ?? null) : null,
      digest: isNew ? identifierDigest(organisation, account.identifier) : null,
    };
  };
  const written = after.accounts.filter(({ number }) => sequence.has(number));
  const removed = before?.accounts.filter(({ number }) => sequence.get(number)?.change.kind === 'deleted') ?? [];
  return [...written, ...removed].map(row);
}

/** The addresses to find the customer by, as far as they change. */
function addressRows({ before, after }: Changeset): object[] {
  if (before?.customer.details === after.customer.details) return [];
  const rows = (aggregate: Aggregate | undefined) =>
    (aggregate?.customer.details.addresses ?? []).filter(isPostalAddress).map(({ id, streetAddress, postalCode }) => {
      return { gone: false, address_id: id, street_key: foldKey(streetAddress), postal_code: postalCode };
    });
  const [old, wanted] = [rows(before), rows(after)];
  const gone = old.filter((row) => wanted.every(({ address_id }) => address_id !== row.address_id));
  const was = (row: AddressRow) => old.find(({ address_id }) => address_id === row.address_id);
  return [
    ...gone.map(({ address_id }) => ({ gone: true, address_id })),
    ...wanted.filter((row) => !isDeepStrictEqual(row, was(row))),
  ];
}

function claimsOf(
  plan: Record<string, unknown>,
  accounts: { identifier: string; account_number?: unknown }[],
  passes: PassRow[],
  keep: KeptAnswer | undefined,
): string[] {
  const claims: string[] = [];
  if (plan.mode !== 'none') claims.push(`customer:${plan.customer_number}`);
  for (const key of ['customer_ref', 'username_key', 'email_key']) if (plan[key]) claims.push(`${key}:${plan[key]}`);
  for (const account of accounts) {
    claims.push(`identifier:${account.identifier}`);
    if (account.account_number) claims.push(`account_number:${account.account_number}`);
  }
  for (const pass of passes) claims.push(`pass:${passKey(pass)}`);
  if (keep) claims.push(`answer:${plan.client_id}:${keep.requestHash}`);
  return claims;
}
