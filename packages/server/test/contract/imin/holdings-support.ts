import assert from 'node:assert/strict';
import type { Account } from '#domain/account.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import { type EntitlementType, typeUri } from '#domain/entitlement-list.ts';
import type { Grant } from '#domain/grant.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType, type NewEntitlementType } from '#operations/entitlement-types/create.ts';
import { approveEvidence, rejectEvidence } from '#operations/evidence/decide.ts';
import { submitEvidence } from '#operations/evidence/submit.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { evidence as settings } from '../../support/evidence.ts';
import { grant } from '../../support/holdings.ts';
import type { TestResponse } from '../../support/server.ts';
import { type Broker, context, startBroker } from './support.ts';

/** A Broker whose organisation has the broker list `residents` and another list, `staff`. */
export type HoldingsBroker = Broker & {
  /** A new concept of a list; default: the broker list. */
  type: (input?: Partial<NewEntitlementType>, list?: string) => Promise<EntitlementType>;
  uri: (type: EntitlementType) => string;
  act: (identifier: string, body: object, headers?: Record<string, string>) => Promise<TestResponse>;
  /** Sends an imin:EntitlementUpdateAction. */
  set: (identifier: string, type: EntitlementType | string, validUntil?: string) => Promise<TestResponse>;
  /** Grants as an operator could, with everything allowed. */
  grant: (identifier: string, wanted: Grant) => Promise<Account>;
  edit: (identifier: string, edit: (account: Account) => Account) => Promise<Account>;
  /** The entitlement and the pass that an account shows. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  held: (identifier: string) => Promise<{ entitlement?: any; accessPass?: any; tag: string | undefined }>;
  /** All entitlements that an account has or had, oldest first. */
  history: (identifier: string) => Promise<Entitlement[]>;
  submit: (identifier: string, type: EntitlementType) => Promise<void>;
  /** The reviewer's decision. */
  decide: (identifier: string, type: EntitlementType, good: boolean) => Promise<void>;
};

/** Enough of a PDF document to be taken for one. */
export const pdf = Buffer.from('%PDF-1.7\n%%EOF\n');

let types = 0;

export async function startHoldingsBroker(): Promise<HoldingsBroker> {
  const broker = await startBroker();
  const { store, organisation } = broker;
  await createEntitlementList(store, broker.actor(), { slug: 'residents', title: 'Northmoor resident schemes' });
  await createEntitlementList(store, broker.actor(), { slug: 'staff', title: 'Staff schemes' });
  await changeSettings(store, broker.actor(), { edit: { brokerList: 'residents' } });

  const uri = (type: EntitlementType) => typeUri(organisation.baseUrl, type);
  const act: HoldingsBroker['act'] = (identifier, body, headers = {}) =>
    broker.call('POST', `/customer-accounts/${identifier}/actions`, { body, headers });
  const edit: HoldingsBroker['edit'] = async (identifier, change) =>
    (await editAccount(store, broker.actor(), identifier, { operation: 'test', edit: change })).account;
  const evidenceId = async (identifier: string, type: EntitlementType) => {
    const { account } = await broker.stored(identifier);
    return account.entitlement.find((one) => one.type.number === type.number)?.evidence?.id as string;
  };
  return {
    ...broker,
    uri,
    act,
    edit,
    type: (input = {}, list = 'residents') => {
      types += 1;
      return createEntitlementType(store, broker.actor(), list, { label: `Type ${types}`, ...input });
    },
    set: (identifier, type, validUntil) =>
      act(identifier, entitlementAction(typeof type === 'string' ? type : uri(type), validUntil)),
    grant: (identifier, wanted) => grant(store, broker.actor(), identifier, wanted),
    held: async (identifier) => {
      const { status, body, headers, text } = await broker.call('GET', `/customer-accounts/${identifier}`);
      assert.equal(status, 200, text);
      const { entitlement, accessPass } = body;
      return { entitlement, accessPass, tag: headers.etag };
    },
    history: async (identifier) => {
      const { account } = await broker.stored(identifier);
      const { customerNumber, number: accountNumber } = account;
      return store.held.entitlements({ organisationId: organisation.id, customerNumber, accountNumber });
    },
    submit: async (identifier, type) => {
      const wanted = { evidenceId: await evidenceId(identifier, type) };
      await submitEvidence(store, broker.actor(), wanted, { files: [{ bytes: pdf }] }, settings);
    },
    decide: async (identifier, type, good) => {
      const id = await evidenceId(identifier, type);
      if (good) await approveEvidence(store, broker.actor(), id, { settings });
      else await rejectEvidence(store, broker.actor(), id, { reason: 'It cannot be read.', settings });
    },
  };
}

export function entitlementAction(entitlementType: unknown, validUntil?: unknown): object {
  const end = validUntil === undefined ? {} : { validUntil };
  const object = { '@type': 'Entitlement', ...end, entitlementType };
  return { '@context': context, '@type': 'imin:EntitlementUpdateAction', object };
}

export function passAction(text: unknown): object {
  return { '@context': context, '@type': 'imin:AccessPassUpdateAction', object: { '@type': 'Barcode', text } };
}
