import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { readAccount } from '#operations/accounts/read.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { startTestServer, type TestResponse, type TestServer } from '../../support/server.ts';

type Options = { body?: unknown; headers?: Record<string, string>; key?: string | undefined };

/** A test server spoken to as a Broker does: paths below `/api/v2`, the key in X-API-KEY. */
export type Broker = TestServer & {
  call: (method: string, path: string, options?: Options) => Promise<TestResponse>;
  /** Creates an account in the CustomerAccount form and returns its identifier. */
  account: (customer?: object, key?: string) => Promise<string>;
  /** Creates an account as another dialect could, with data that this one does not show. */
  elsewhere: (customer: NewCustomer, identifier?: string) => Promise<string>;
  /** The customer as this dialect shows it, and the entity tag. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  shown: (identifier: string) => Promise<{ customer: any; tag: string | undefined }>;
  /** What is stored. */
  stored: (identifier: string) => Promise<AccountDocument>;
  actor: () => Actor;
};

export const context = 'https://openactive.io/';

let persons = 0;

/** A Person with the required members and an e-mail address of its own. */
export function person(members: object = {}): Record<string, unknown> {
  persons += 1;
  return {
    '@type': 'Person',
    email: `person.${persons}@example.com`,
    givenName: 'Ida',
    familyName: 'Moss',
    ...members,
  };
}

export function wrapped(customer: object = person(), members: object = {}): object {
  return { '@context': context, '@type': 'CustomerAccount', ...members, customer };
}

export function updateAction(object: object, members: object = {}): object {
  return { '@context': context, '@type': 'CustomerUpdateAction', object, ...members };
}

export async function startBroker(): Promise<Broker> {
  const server = await startTestServer();
  const call: Broker['call'] = (method, path, { body, headers = {}, key = server.key } = {}) =>
    server.send(method, `/api/v2${path}`, { body, headers: { 'X-API-KEY': key, ...headers }, key: null });
  const actor = () => tesseraActor(server.organisation, 'command-line', server.clock.now ?? new Date());
  return {
    ...server,
    call,
    actor,
    account: async (customer = {}, key = server.key) => {
      const created = await call('POST', '/customer-accounts', { body: wrapped(person(customer)), key });
      if (created.status !== 201) throw new Error(created.text);
      return created.body.identifier;
    },
    elsewhere: async (customer, identifier) => {
      const input = identifier === undefined ? {} : { identifier };
      return (await createAccount(server.store, actor(), { customer }, input)).account.identifier;
    },
    shown: async (identifier) => {
      const { body, headers } = await call('GET', `/customer-accounts/${identifier}`);
      return { customer: body.customer, tag: headers.etag };
    },
    stored: (identifier) => readAccount(server.store, actor(), identifier),
  };
}

/** An error as section 4 has it; the ids are taken from the response. */
export function errorBody(
  response: TestResponse,
  type: string,
  name: string,
  description: string,
  faults?: [string, string][],
): object {
  const { requestId } = response.body;
  const [className, kind] = type.split('#');
  return {
    '@context': context,
    '@type': className,
    ...(kind ? { additionalType: `https://accounts.example.com/openactive/ns#${kind}` } : {}),
    name,
    description,
    instance: `https://accounts.example.com/openactive/errors/${requestId}`,
    statusCode: response.status,
    requestId,
    ...(faults ? { 'tessera:invalid': faults.map(([pointer, message]) => ({ pointer, description: message })) } : {}),
  };
}

/** Pointers of the faulty members that an error names. */
export function pointers(response: TestResponse): string[] {
  return response.body['tessera:invalid'].map(({ pointer }: { pointer: string }) => pointer);
}
