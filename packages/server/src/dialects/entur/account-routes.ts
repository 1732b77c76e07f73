import { Refusal } from '#domain/refusal.ts';
import { answering } from '#http/answering.ts';
import type { Route } from '#http/route.ts';
import { changeAccount } from '#operations/accounts/change.ts';
import { type AccountResult, createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { readCustomer, readCustomerByAccount } from '#operations/customers/read.ts';
import { accountMatch } from './etags.ts';
import { common, conditional } from './headers.ts';
import { accountIdOf, customerNumberOf } from './params.ts';
import { accountAnswer, renderAccounts, renderProfile } from './render.ts';
import { responses } from './responses.ts';
import * as schema from './schema.ts';

const tag = 'Customer accounts client';

/** A1 to A6 (entur.md 2). */
export const accountRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/profiles/:customerNumber/customer-accounts',
    operationId: 'getCustomerAccountsCustomerNumber',
    summary: "List a customer's accounts, the default account first",
    tag,
    scope: 'customers-profile:les',
    params: schema.CustomerPath,
    headers: common,
    looseQuery: true,
    responses: responses({ schema: schema.CustomerAccountList }),
    handler: async (call) => {
      const { accounts } = await readCustomer(call.store, call.actor, customerNumberOf(call));
      return { status: 200, body: renderAccounts(accounts) };
    },
  },
  {
    method: 'POST',
    path: '/profiles/:customerNumber/customer-accounts',
    operationId: 'createCustomerAccount',
    summary: 'Create an account for a customer',
    tag,
    scope: 'customers-profile:opprett',
    ahead: true,
    params: schema.CustomerPath,
    headers: common,
    looseQuery: true,
    body: schema.CreateCustomerAccount,
    verbatim: ['accountId'],
    responses: responses({ schema: schema.CustomerAccountResponse, etag: true }, 413, 415),
    handler: async (call) => {
      const { accountId, alias, isDefault }: schema.NewCustomerAccount = call.body;
      const input = {
        isDefault: isDefault ?? false,
        ...(accountId == null ? {} : { identifier: accountId }),
        ...(alias == null ? {} : { alias }),
      };
      const render = ({ account }: AccountResult) => accountAnswer(account);
      const owner = { customerNumber: customerNumberOf(call) };
      return answering(call, render, (keep) => createAccount(call.store, call.actor, owner, input, keep));
    },
  },
  {
    method: 'GET',
    path: '/profiles/customer-accounts/:accountId',
    operationId: 'findCustomerByCustomerAccountId',
    summary: 'The profile that holds an account',
    tag,
    scope: 'customers-profile:les',
    ahead: true,
    params: schema.AccountPath,
    headers: common,
    looseQuery: true,
    responses: responses({ schema: schema.CustomerResponse }),
    handler: async (call) => {
      const aggregate = await readCustomerByAccount(call.store, call.actor, accountIdOf(call));
      return { status: 200, body: renderProfile(aggregate, call.actor.organisation.id) };
    },
  },
  {
    method: 'GET',
    path: '/profiles/:customerNumber/customer-accounts/:accountId',
    operationId: 'getCustomerAccount',
    summary: 'Get one account of a customer',
    tag,
    scope: 'customers-profile:les',
    ahead: true,
    params: schema.CustomerAccountPath,
    headers: common,
    looseQuery: true,
    responses: responses({ schema: schema.CustomerAccountResponse, etag: true }),
    handler: async (call) => {
      const customerNumber = customerNumberOf(call);
      const { account } = await readAccount(call.store, call.actor, accountIdOf(call), (found) => {
        if (found.account.customerNumber !== customerNumber)
          throw new Refusal({ kind: 'not-found', subject: 'account' });
      });
      return accountAnswer(account);
    },
  },
  {
    method: 'PATCH',
    path: '/profiles/:customerNumber/customer-accounts/:accountId',
    operationId: 'updateCustomerAccount',
    summary: 'Change alias and default flag by JSON Merge Patch',
    tag,
    scope: 'customers-profile:endre',
    ahead: true,
    params: schema.CustomerAccountPath,
    headers: conditional,
    looseQuery: true,
    body: schema.UpdateCustomerAccount,
    consumes: ['application/merge-patch+json', 'application/json'],
    responses: responses({ schema: schema.CustomerAccountResponse, etag: true }, 412, 413, 415),
    handler: async (call) => {
      const identifier = accountIdOf(call);
      const target = { customerNumber: customerNumberOf(call), identifier };
      const change = { edit: call.body, ifMatch: accountMatch(call, identifier) };
      return accountAnswer((await changeAccount(call.store, call.actor, target, change)).account);
    },
  },
  {
    method: 'DELETE',
    path: '/profiles/:customerNumber/customer-accounts/:accountId',
    operationId: 'deleteCustomerAccount',
    summary: 'Take an account off its profile and erase what it held',
    tag,
    scope: 'customers-profile:slett',
    params: schema.CustomerAccountPath,
    headers: conditional,
    looseQuery: true,
    responses: responses({}, 412, 413),
    handler: async (call) => {
      const identifier = accountIdOf(call);
      const target = { customerNumber: customerNumberOf(call), identifier };
      await deleteAccount(call.store, call.actor, target, accountMatch(call, identifier));
      return { status: 200 };
    },
  },
];
