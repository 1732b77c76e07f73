import type { RefusalReason } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { RefusedCall } from '#http/dialect.ts';
import { acceptPatch, refusalHeaders } from '#http/refusal-headers.ts';
import type { Texts } from './members.ts';
import { type Problem, problemOf } from './problems.ts';
import { shortTexts } from './short-texts.ts';

// Not by an import, which would load far more: see changes/node-http.ts.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** Answers a refused request: ErrorMessage on paths that start `/profiles` or `/consents`, ErrorResponse elsewhere (entur.md 1.4). */
export function refuse(reason: RefusalReason, call: RefusedCall): Answer {
  const problem = problemOf(reason, call);
  const body = answersErrorMessage(call) ? errorMessage(problem) : errorResponse(problem, call);
  const headers = { ...refusalHeaders(reason, problem.status), ...acceptPatch(reason, call.request.method) };
  return { status: problem.status, headers, body };
}

function answersErrorMessage(call: RefusedCall): boolean {
  // The route decides where there is one: a path may be percent-encoded.
  const path = call.route?.path ?? pathOf(call).replace(/^(\/o\/[^/]+)?\/customers\/v2/, '');
  return path.startsWith('/profiles') || path.startsWith('/consents');
}

function pathOf({ request }: RefusedCall): string {
  return request.url.split('?')[0] as string;
}

function errorMessage({ status, code = status, short = shortTexts[code] as Texts, long }: Problem) {
  return {
    errorCode: code,
    shortEnglish: short.en,
    longEnglish: long.en,
    shortNorwegian: short.nb,
    longNorwegian: long.nb,
  };
}

function errorResponse({ status, code = status, long }: Problem, call: RefusedCall) {
  return {
    timestamp: call.now.toISOString(),
    status,
    error: STATUS_CODES[status],
    path: pathOf(call),
    message: long.en,
    correlationId: call.correlationId,
    errorCode: code,
  };
}
