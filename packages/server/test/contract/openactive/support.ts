import type { Account, AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { createAccount, type NewAccount } from '#operations/accounts/create.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { readAccount } from '#operations/accounts/read.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer, type TestResponse, type TestServer } from '../../support/server.ts';

type Options = { body?: unknown; headers?: Record<string, string>; key?: string | null };

/** A test server spoken to as a client of this dialect does. */
export type Tester = TestServer & {
  /** Sends to an account by its identifier; bodies as `application/ld+json`. */
  account: (method: string, identifier: string, options?: Options) => Promise<TestResponse>;
  /** Creates an account by PUT and returns its identifier. */
  put: (customer?: object, members?: object) => Promise<string>;
  /** Creates an account as another dialect could, with identifiers and data that PUT would refuse. */
  born: (customer: Partial<NewCustomer>, account?: NewAccount, organisation?: Organisation) => Promise<string>;
  /** Changes what an account holds, as another dialect or a job would, at the instant of the server's clock or another. */
  hold: (identifier: string, edit: (account: Account, actor: Actor) => Account, now?: Date) => Promise<Account>;
  /** What is stored. */
  stored: (identifier: string) => Promise<AccountDocument>;
};

export const base = 'https://accounts.example.com';
export const context = 'https://openactive.io/';
export const pathOf = (identifier: string): string => `/openactive/customer-accounts/${encodeURIComponent(identifier)}`;

let count = 0;

/** An identifier that no other test of the file uses. */
export function newIdentifier(): string {
  count += 1;
  return `NM:${1000 + count}`;
}

/** A Person with an e-mail address of its own. */
export function person(members: object = {}): Record<string, unknown> {
  count += 1;
  return { '@type': 'Person', givenName: 'Ida', familyName: 'Moss', email: `ida.${count}@example.com`, ...members };
}

/** A body for PUT. */
export function accountOf(customer: object = person(), members: object = {}): object {
  return { '@context': context, '@type': 'CustomerAccount', ...members, customer };
}

export async function startTester(): Promise<Tester> {
  const server = await startTestServer();
  const { store, organisation, send, clock } = server;
  const account: Tester['account'] = (method, identifier, { headers, ...options } = {}) => {
    const type = options.body === undefined ? {} : { 'content-type': 'application/ld+json' };
    return send(method, pathOf(identifier), { ...options, headers: { ...type, ...headers } });
  };
  return {
    ...server,
    account,
    put: async (customer, members) => {
      const identifier = newIdentifier();
      const { status, text } = await account('PUT', identifier, { body: accountOf(customer, members) });
      if (status !== 201) throw new Error(`PUT answered ${status}: ${text}`);
      return identifier;
    },
    born: async (customer, input = {}, of = organisation) => {
      const owner = { customer: { kind: 'person', details: {}, ...customer } } as const;
      return (await createAccount(store, actorOf(of), owner, input)).account.identifier;
    },
    hold: async (identifier, edit, now = clock.now ?? new Date()) => {
      const actor = actorOf(organisation, now);
      const change = { operation: 'accounts.change', edit: (account: Account) => edit(account, actor) };
      return (await editAccount(store, actor, identifier, change)).account;
    },
    stored: (identifier) => readAccount(store, actorOf(organisation), identifier),
  };
}

/** The lines of an error's description. */
export function faultsOf({ body }: TestResponse): string[] {
  return body.description.split('\n');
}

/** A picture of a pass that Tessera draws. */
const picture = /^https:\/\/accounts\.example\.com\/passes\/[\w-]{54}\.png$/;

/** The body of an account without the addresses of pictures that Tessera draws, which have a secret in them. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export function withoutPictures(body: any): any {
  if (!body.accessPass) return body;
  const plain = ({ url, ...pass }: { url?: string }) => (url && !picture.test(url) ? { ...pass, url } : pass);
  return { ...body, accessPass: body.accessPass.map(plain) };
}
