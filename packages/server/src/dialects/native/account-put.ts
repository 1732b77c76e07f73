import type { AccountDocument, Account as StoredAccount } from '#domain/account.ts';
import { isPlainIdentifier, plainIdentifier } from '#domain/identifier.ts';
import { Refusal, type RefusalReason, refuseFaults } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { writeCondition } from '#http/conditional.ts';
import { keyedDigest } from '#http/keyed-digest.ts';
import type { Route } from '#http/route.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { identifierParam } from './account-routes.ts';
import { ifMatchHeader } from './headers.ts';
import { createFromBody } from './new-account.ts';
import { ownerOf } from './owner.ts';
import { accountAnswer, nativeTags, resultAnswer } from './render.ts';
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
  ahead: true,
  params: identifierParam,
  headers: { ...ifMatchHeader, 'If-None-Match': '`*`: only create, 412 when the account exists already' },
  body: PutAccount,
  meaning: ({ body, actor }) => void ownerOf(body, actor),
  responses: writeResponses(Account, [200, 201], 412, 415),
  handler: async (call) => {
    const { actor, params, request, body } = call;
    const identifier = params.identifier as string;
    if (!isPlainIdentifier(identifier)) {
      refuseFaults([{ path: ['identifier'], code: 'format', message: plainIdentifier.description }], 'path');
    }
    const put: Put = {
      identifier,
      digest: keyedDigest(actor.organisation, ['native', body]),
      condition: writeCondition(call, (account) => nativeTags(account, actor)),
    };
    if (request.headers['if-match'] !== undefined) {
      ownerOf(body, actor);
      return replay(call, put);
    }
    try {
      const owner = () => ownerOf(body, actor);
      return resultAnswer(actor, 201, await createFromBody(call, owner, { identifier, putDigest: put.digest }));
    } catch (error) {
      if (!(error instanceof Refusal) || !perhapsRepeated.has(error.reason.kind)) throw error;
      return replay(call, put, error);
    }
  },
};

type Put = { identifier: string; digest: string; condition: ((account: StoredAccount) => boolean) | undefined };

/** Why a create fails whose account is there already: identifier, e-mail or pass are taken, the customer is full or was deactivated since. */
const clashes: readonly RefusalReason['kind'][] = ['taken', 'passive', 'too-many-accounts'];
/** Or a day, a type or a rule that were right when it was created no longer are. */
const perhapsRepeated: ReadonlySet<RefusalReason['kind']> = new Set([...clashes, 'invalid', 'too-many']);

/** Answers with the account that this same request created before. Without one the clash stands; without a clash, If-Match has failed. */
async function replay({ store, actor }: Call, put: Put, clash?: Refusal): Promise<Answer> {
  const admit = ({ account }: AccountDocument) => {
    const same = account.putDigest === put.digest;
    // What is wrong with a new request is told before what stands against it.
    if (!same && clash && !clashes.includes(clash.reason.kind)) throw clash;
    if (put.condition && !put.condition(account)) throw new Refusal({ kind: 'precondition' });
    if (!same) throw new Refusal({ kind: 'other-content' });
  };
  const document = await readAccount(store, actor, put.identifier, admit).catch((error) => {
    const kind = error instanceof Refusal ? error.reason.kind : undefined;
    if (clash && (kind === 'not-found' || kind === 'gone')) throw clash;
    throw kind === 'not-found' ? new Refusal({ kind: 'precondition' }) : error;
  });
  return accountAnswer(actor, 200, document);
}
