import type { Actor } from '#domain/actor.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Route } from '#http/route.ts';
import {
  type Eligibility as Answer,
  type Asker,
  askAll,
  askEligibility,
  type Offer,
} from '#operations/eligibility/ask.ts';
import { identifierParam } from './account-routes.ts';
import { renderEligibility } from './eligibility-render.ts';
import { Eligibility, EligibilityAnswers, EligibilityQuestions, eligibilityQuery } from './eligibility-schema.ts';
import { detailOf } from './errors.ts';
import { problems } from './problems.ts';
import { listResponses } from './responses.ts';

const tag = 'Eligibility';
const meaning =
  'May the account use an offer that lists these entitlement types, on that day, and may it book at all? "No" is an answer like "yes", with its reasons.';

type Question = {
  identifier?: string;
  accessPass?: { namespace?: string; text: string };
  entitlementType?: string[];
  at?: string;
};

export const eligibilityRoutes: Route[] = [
  {
    method: 'GET',
    path: '/accounts/:identifier/eligibility',
    operationId: 'askEligibility',
    summary: 'Ask whether an account may use an offer',
    description: `${meaning} In a query, # is written %23.`,
    tag,
    scope: 'eligibility:read',
    ahead: true,
    params: identifierParam,
    query: eligibilityQuery,
    verbatim: ['entitlementType'],
    responses: listResponses(Eligibility, 410),
    handler: async ({ store, actor, params, query }) => {
      const offer = { types: query.entitlementType ?? [], at: query.at };
      const answer = await askEligibility(store, actor, { identifier: params.identifier as string }, offer);
      return { status: 200, body: renderEligibility(answer, actor) };
    },
  },
  {
    method: 'POST',
    path: '/eligibility',
    operationId: 'batchAskEligibility',
    summary: 'Ask up to 100 such questions at once, by account or by pass',
    description: `${meaning} An account or a pass that is not there is an \`error\` in the place of its answer.`,
    tag,
    scope: 'eligibility:read',
    readOnly: true,
    body: EligibilityQuestions,
    verbatim: ['entitlementType', 'identifier'],
    meaning: ({ body }) => refuseFaults(askerFaults(body)),
    responses: listResponses(EligibilityAnswers, 413, 415),
    handler: async (call) => {
      refuseFaults(askerFaults(call.body));
      const questions = call.body.items as Question[];
      const answers = await askAll(call.store, call.actor, questions.map(asked));
      return { status: 200, body: { items: answers.map((answer) => renderAnswer(answer, call.actor)) } };
    },
  },
];

function askerFaults({ items = [] }: { items?: Question[] }): Fault[] {
  return items.flatMap(({ identifier, accessPass }, index): Fault[] => {
    if ((identifier === undefined) !== (accessPass === undefined)) return [];
    const path = ['items', index, 'identifier'];
    return identifier === undefined
      ? [{ path, code: 'required', message: 'is required, or accessPass' }]
      : [{ path, code: 'excluded', message: 'cannot stand beside accessPass' }];
  });
}

function asked({ identifier, accessPass, entitlementType: types = [], at }: Question): { asker: Asker; offer: Offer } {
  return { asker: (identifier === undefined ? { accessPass } : { identifier }) as Asker, offer: { types, at } };
}

function renderAnswer(answer: Answer | Refusal, actor: Actor): object {
  if (!(answer instanceof Refusal)) return renderEligibility(answer, actor);
  return { error: { code: problems[answer.reason.kind].code, detail: detailOf(answer.reason) } };
}
