import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Actor } from '#domain/actor.ts';
import { isPlainIdentifier } from '#domain/identifier.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { matches, parseTags } from '#http/etag.ts';
import type { Route } from '#http/route.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { identifierParam } from './account-routes.ts';
import { ifMatchHeader } from './headers.ts';
import { ownerOf } from './owner.ts';
import { inNativeWords } from './parse.ts';
import { accountAnswer, nativeTag, resultAnswer } from './render.ts';
import { writeResponses } from './responses.ts';
import { Account, PutAccount } from './schema.ts';

/** Create or replay: safe to repeat after a time-out; never replaces. */
export const putRoute: Route = {
  method: 'PUT',
  path: '/accounts/:identifier',
  operationId: 'putAccount',
  summary: 'Create an account under an identifier of your choice, or repeat that request',
  description:
    'The same body again answers 200 with the account as it is now; another body 409. Change an account with PATCH.',
  tag: 'Accounts',
  scope: 'accounts:write',
  params: identifierParam,
  headers: { ...ifMatchHeader, 'If-None-Match': '`*`: only create, 412 when the account exists' },
  body: PutAccount,
  responses: writeResponses(Account, [200, 201], 412),
  handler: async (call) => {
    const { store, actor, params, body } = call;
    const identifier = params.identifier as string;
    if (!isPlainIdentifier(identifier)) {
      const message = 'must be 1 to 60 of A-Z a-z 0-9 . _ ~ : @ + = -, not starting with a dot';
      refuseFaults([{ path: ['identifier'], code: 'format', message }], 'path');
    }
    const createOnly = parseTags('If-None-Match', call.request.headers['if-none-match']) !== undefined;
    const tags = parseTags('If-Match', call.request.headers['if-match']);
    const putDigest = digestOf(actor, body);
    const { customer: _, customerNumber: __, ...account } = body;
    if (tags) return replay(call, identifier, putDigest, createOnly);
    try {
      const owner = ownerOf(body);
      return resultAnswer(
        actor,
        201,
        await inNativeWords(['customer'], createAccount(store, actor, owner, { ...account, identifier, putDigest })),
      );
    } catch (error) {
      // The identifier is taken, or the new customer's e-mail is, by this same request sent before.
      if (!(error instanceof Refusal) || error.reason.kind !== 'taken') throw error;
      return replay(call, identifier, putDigest, createOnly, error);
    }
  },
};

async function replay(
  call: Call,
  identifier: string,
  putDigest: string,
  createOnly: boolean,
  clash?: Refusal,
): Promise<Answer> {
  const document = await existing(call, identifier, clash);
  const tags = parseTags('If-Match', call.request.headers['if-match']);
  if (createOnly || (tags && !matches(tags, [nativeTag(document.account, call.actor)])))
    throw new Refusal({ kind: 'precondition' });
  if (document.account.putDigest !== putDigest) throw new Refusal({ kind: 'other-content' });
  return accountAnswer(call.actor, 200, document);
}

/** The account under the identifier; without one the clash stands, or the precondition has failed. */
async function existing({ store, actor }: Call, identifier: string, clash: Refusal | undefined) {
  try {
    return await readAccount(store, actor, identifier);
  } catch (error) {
    if (error instanceof Refusal && error.reason.kind === 'not-found')
      throw clash ?? new Refusal({ kind: 'precondition' });
    throw error;
  }
}

/** Keyed with the organisation's secret: a digest of personal data alone could be guessed. */
function digestOf(actor: Actor, body: unknown): string {
  return createHmac('sha256', actor.organisation.digestKey)
    .update(`native ${canonicalize(body)}`)
    .digest('base64');
}
