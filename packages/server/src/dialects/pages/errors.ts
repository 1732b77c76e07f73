import type { RefusalReason } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { RefusedCall } from '#http/dialect.ts';
import { refusalHeaders } from '#http/refusal-headers.ts';
import { html } from './html.ts';
import { pageAnswer } from './page.ts';
import { isUploadRoute, refusedUpload } from './upload-routes.ts';

/**
 * A refusal as one sentence of plain text, or as a page where people get pages. What a link stands for is not there: nothing says
 * whether it ever was.
 */
export function refuse(reason: RefusalReason, { request, route }: Pick<RefusedCall, 'request' | 'route'>): Answer {
  const [status, sentence] = sentenceOf(reason);
  const answer = isUploadRoute(route)
    ? (refusedUpload(reason, request, status) ?? messagePage(status, sentence))
    : { status, contentType: 'text/plain; charset=utf-8', raw: `${sentence}\n` };
  return { ...answer, headers: { ...answer.headers, ...refusalHeaders(reason, status) } };
}

function messagePage(status: number, sentence: string): Answer {
  const title = status === 404 ? 'This link does not work' : 'That did not work';
  return pageAnswer(status, { title, content: html`<h1>${title}</h1>\n<p class="box">${sentence}</p>` });
}

function sentenceOf(reason: RefusalReason): [status: number, sentence: string] {
  switch (reason.kind) {
    case 'not-found':
    case 'gone':
    case 'unknown-route':
      return [404, 'There is nothing here. The link may be incomplete or no longer in use.'];
    case 'method':
      return [405, 'This link can only be opened.'];
    case 'too-many':
    case 'passive':
      return [409, 'It cannot be sent at present.'];
    case 'evidence-state':
      return [410, 'The request is closed.'];
    case 'too-large':
      return [413, 'That is more than can be sent here.'];
    case 'uri-too-long':
      return [414, 'This link is too long.'];
    case 'media-type':
      return [415, 'It cannot be sent in this form.'];
    case 'rate-limit':
      return [429, 'Too many requests come from your address. Please try again in a moment.'];
    case 'unavailable':
      return [503, 'The service is busy. Please try again in a moment.'];
    case 'internal':
      return [500, 'Something went wrong. Please try again later.'];
    default:
      return [400, 'The request cannot be understood.'];
  }
}
