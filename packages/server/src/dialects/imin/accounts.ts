import { type AccountDocument, type Aggregate, documentOf } from '#domain/account.ts';
import type { Fault } from '#domain/refusal.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { unlessKnown } from '#http/conditional.ts';
import { inWords } from '#http/words.ts';
import { type AccountResult, createAccount } from '#operations/accounts/create.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { accountIn, type Keep } from '#operations/write.ts';
import { accountMatch, identifierOf } from './conditions.ts';
import { requestWords } from './located.ts';
import { mergePerson, type PersonInput } from './parse.ts';
import { accountAnswer } from './render.ts';
import { updateFaults } from './update-rules.ts';
import type { Path } from './urls.ts';

/** A flat body: a Person with what may stand beside it. */
export type FlatInput = PersonInput & { '@context'?: unknown; identifier?: string };

/** Creates an account with a new customer (imin.md 2.4). `place` is where the Person stands in the body. */
export async function create(
  call: Call,
  path: Path,
  { identifier, person, place }: { identifier: string | undefined; person: PersonInput; place: Fault['path'] },
): Promise<Answer> {
  const { store, actor } = call;
  const customer = { kind: 'person', details: mergePerson({}, person) } as const;
  const render = ({ account, aggregate }: AccountResult) =>
    accountAnswer(path, 201, documentOf(account, aggregate.customer), actor);
  const named = identifier === undefined ? {} : { identifier };
  return answering(call, render, (keep) =>
    inWords(createAccount(store, actor, { customer }, named, keep), requestWords(place)),
  );
}

/** Creates from the flat form (imin.md 2.6). */
export function createFlat(call: Call, path: Path): Promise<Answer> {
  const { '@context': _, identifier, ...person } = call.body as FlatInput;
  return create(call, path, { identifier, person, place: [] });
}

/** Shows an account. */
export async function read(call: Call, path: Path): Promise<Answer> {
  const document: AccountDocument = await readAccount(call.store, call.actor, identifierOf(call));
  return unlessKnown(call, accountAnswer(path, 200, document, call.actor));
}

/** Merges a Person into the customer of an account (imin.md 3.3). `check` may refuse for reasons beside the Person. */
export function update(
  call: Call,
  person: PersonInput,
  { place, ...change }: { place: Fault['path']; operation?: string; check?: () => void; keep?: Keep<Aggregate> },
): Promise<Aggregate> {
  const { check, ...rest } = change;
  const identifier = identifierOf(call);
  const work = changeCustomer(
    call.store,
    call.actor,
    { identifier },
    {
      ...rest,
      ifMatch: accountMatch(call, identifier),
      edit: ({ customer }) => {
        refuseFaults(updateFaults(customer, person));
        check?.();
        return { details: mergePerson(customer.details, person) };
      },
    },
  );
  return inWords(work, requestWords(place));
}

/** Applies a PATCH and shows the account. */
export async function patch(call: Call, path: Path): Promise<Answer> {
  const { '@context': _, ...person } = call.body as FlatInput;
  const aggregate = await update(call, person, { place: [] });
  const document = documentOf(accountIn(aggregate, identifierOf(call)), aggregate.customer);
  return accountAnswer(path, 200, document, call.actor);
}

/** Erases the customer with all accounts (imin.md 3.7); never refused, the second time neither. */
export async function erase(call: Call): Promise<Answer> {
  const identifier = identifierOf(call);
  await eraseCustomer(call.store, call.actor, { identifier }, { ifMatch: accountMatch(call, identifier) });
  return { status: 202 };
}
