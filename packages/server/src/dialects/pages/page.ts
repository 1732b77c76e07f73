import type { Organisation } from '#domain/organisation.ts';
import type { Answer } from '#http/answer.ts';
import { assetAddress } from './assets.ts';
import { type Html, html } from './html.ts';

/** One small style sheet of ours, forms that go to us, nothing else: no script, no picture, no frame. */
const securityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Header fields of every page that people open by a link, beside those of the dialect. */
const headers = {
  'Content-Security-Policy': securityPolicy,
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
};

/** What stands on a page below `/evidence/u/`. */
export type Page = { title: string; heading?: string | undefined; content: Html };

/** The organisation's name within a sentence, which may run in another direction. */
export function nameOf({ name }: Pick<Organisation, 'name'>): Html {
  return html`<span dir="auto">${name}</span>`;
}

/** A page as an answer. */
export function pageAnswer(status: number, { title, heading, content }: Page): Answer {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="../${assetAddress('pages.css')}">
</head>
<body>
${heading === undefined ? undefined : html`<header><p dir="auto">${heading}</p></header>`}
<main>
${content}
</main>
</body>
</html>
`;
  return { status, headers, contentType: 'text/html; charset=utf-8', raw: page.markup };
}
