import type { LinkedEvidence } from '#operations/evidence/by-link.ts';
import { type Html, html } from './html.ts';
import { nameOf, type Page } from './page.ts';
import { instantInWords, lastDayInWords } from './words.ts';

/** What was decided is told for 30 days: a link that turns up much later tells nothing of anybody. */
const toldFor = 30 * 86_400_000;

type ClosedView = LinkedEvidence & {
  now: Date;
  /** Somebody has just tried to send something. */
  attempted: boolean;
};

/** The page of a request that is not open any more. */
export function closedPage(view: ClosedView): Page {
  const { organisation, evidence, attempted } = view;
  return {
    title: `${evidence.name} – ${organisation.name}`,
    heading: organisation.name,
    content: html`<h1 dir="auto">${evidence.name}</h1>
${attempted ? html`<p class="box fault" role="alert">What you sent just now was not taken.</p>` : undefined}
${outcome(view)}`,
  };
}

function outcome({ organisation, evidence, now }: ClosedView): Html {
  const { state, reason, due, decidedAt = now.toISOString() } = evidence;
  const contact = html`<p>If you have questions, please contact ${nameOf(organisation)}.</p>`;
  const told = now.getTime() - Date.parse(decidedAt) < toldFor;
  switch (told ? state : 'closed') {
    case 'approved':
      return html`<p class="box done">Your proof was accepted on ${instantInWords(organisation, decidedAt)}.
There is nothing left to do.</p>`;
    case 'rejected':
      return html`<div class="box fault"><p>Your proof was not accepted.</p>
${reason === undefined ? undefined : html`<p dir="auto">${reason}</p>`}</div>
${contact}`;
    case 'expired': {
      const end = due === undefined ? '' : `: it ended with ${lastDayInWords(organisation, due, now)}`;
      return html`<p class="box">The time to send proof is over${end}. Nothing was received by then.</p>
${contact}`;
    }
    case 'withdrawn':
      return html`<p class="box">This proof is not asked for any more. There is nothing left to do.</p>`;
    default:
      return html`<p class="box">This request is closed.</p>
${contact}`;
  }
}
