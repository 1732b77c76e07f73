import { documentOf, type Account as StoredAccount } from '#domain/account.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { inWords } from '#http/words.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { replaceListed } from '#operations/holdings/replace-listed.ts';
import { accountPath, newIdentifierOf } from './account-path.ts';
import { accountAnswer, createdAnswer } from './answers.ts';
import { accountCondition } from './conditions.ts';
import { ownWords } from './faults.ts';
import { parsePut } from './parse-put.ts';
import { preferHeader } from './profile.ts';
import { accountId } from './render.ts';
import { Account } from './response-schema.ts';
import { errors, shown, withKey } from './responses.ts';
import { AccountPath, AccountPut, ProfileQuery } from './schema.ts';

/** Create or replay (openactive.md 3.3): safe to repeat after a time-out; never replaces. */
export const putRoute: Route = {
  method: 'PUT',
  path: accountPath,
  operationId: 'putCustomerAccount',
  summary: 'Create an account with an identifier of your choice, or repeat that request',
  description:
    'The same content again answers 200 with the account as it is now, other content 409. PATCH changes an account. The end date of an entitlement is EXCLUSIVE: its last valid day is the day before `validUntil`.',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-modify',
  ahead: true,
  params: AccountPath,
  query: ProfileQuery,
  headers: {
    ...preferHeader,
    'If-None-Match': '`*`: only create, 412 when the account exists',
    'If-Match': 'Only repeat, 412 when the account is not in the state with this entity tag',
  },
  body: AccountPut,
  consumes: ['application/ld+json', 'application/json'],
  verbatim: ['@id', 'identifier'],
  responses: {
    200: shown('The account was created by the same content before', Account, 'ETag'),
    201: shown('Created', Account, 'ETag', 'Location'),
    ...errors(...withKey, 409, 410, 412, 413, 415),
  },
  handler: async (call) => {
    const { store, actor, request, body } = call;
    const identifier = newIdentifierOf(call);
    const condition = accountCondition(call);
    const id = accountId(actor.organisation, identifier);
    const { customer, held, ...parsed } = parsePut(body, { id, identifier }, actor.organisation);
    const account = {
      ...parsed,
      identifier,
      ...(held ? { held: (fresh: StoredAccount) => replaceListed(store, actor, fresh, held) } : {}),
    };
    const replay = () => replayed(call, identifier, account.putDigest, condition);
    if (request.headers['if-match'] !== undefined) return replay().catch(withoutAccount);
    try {
      const created = await inWords(createAccount(store, actor, { customer }, account), ownWords);
      return createdAnswer(call, documentOf(created.account, created.aggregate.customer));
    } catch (error) {
      return insteadOf(error, replay);
    }
  },
};

/**
 * What is there already is repeated, or contradicts, whether or not it could be created anew today: an entitlement may be over by
 * now, a rule another (openactive.md 3.3).
 */
async function insteadOf(error: unknown, replay: () => Promise<Answer>): Promise<Answer> {
  const { reason } = error instanceof Refusal ? error : {};
  if (reason?.kind === 'taken' && reason.key === 'identifier') return replay();
  if (reason?.kind !== 'invalid' && reason?.kind !== 'too-many') throw error;
  return replay().catch((other) => {
    throw other instanceof Refusal && other.reason.kind === 'not-found' ? error : other;
  });
}

/** The account as it is now, if this content created it. Throws Refusal `not-found`, `gone`, `precondition`, `passive`, `other-content`. */
async function replayed(
  call: Call,
  identifier: string,
  putDigest: string,
  condition: ReturnType<typeof accountCondition>,
): Promise<Answer> {
  const document = await readAccount(call.store, call.actor, identifier, ({ account, customer }) => {
    if (condition && !condition(account)) throw new Refusal({ kind: 'precondition' });
    if (customer.state !== 'active') throw new Refusal({ kind: 'passive' });
    if (account.putDigest !== putDigest) throw new Refusal({ kind: 'other-content' });
  });
  return accountAnswer(call, document);
}

/** If-Match asks for an account to be there: where none is, it does not hold, and none is created. */
function withoutAccount(error: unknown): never {
  if (error instanceof Refusal && error.reason.kind === 'not-found') throw new Refusal({ kind: 'precondition' });
  throw error;
}
