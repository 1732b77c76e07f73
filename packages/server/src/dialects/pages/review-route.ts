import type { Route } from '#http/route.ts';
import { assetAddress } from './assets.ts';
import { html } from './html.ts';

/** Scripts and style of ours, pictures that the script has fetched with the key, requests to us; forms go nowhere by themselves. */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src blob: data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const states = {
  submitted: 'to be checked',
  requested: 'waiting for the customer',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  withdrawn: 'withdrawn',
};

const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evidence to review</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetAddress('pages.css')}">
<script type="module" src="${assetAddress('review.js')}"></script>
</head>
<body>
<main>
<h1>Evidence to review</h1>
<noscript><p class="box fault">This page needs JavaScript. The same can be done with the native API; see <a href="../docs">its documentation</a>.</p></noscript>
<div id="fault" class="box fault" role="alert" tabindex="-1" hidden></div>
<p id="done" class="box done" role="status" hidden></p>
<form id="entry" hidden>
<label for="key">API key</label>
<p class="hint" id="key-hint">With the scopes evidence:read and evidence:review; with customers:read too, names are shown. The key is kept in this tab only, until you close the tab or press “Forget the key”.</p>
<input type="password" id="key" autocomplete="off" required aria-describedby="key-hint">
<button type="submit">Open</button>
</form>
<section id="queue" hidden>
<div class="bar">
<div><label for="state">Show evidence that is</label>
<select id="state">
${Object.entries(states).map(([state, words]) => html`<option value="${state}">${words}</option>`)}
</select></div>
<button type="button" class="plain" id="again">Look again</button>
<button type="button" class="plain" id="forget">Forget the key</button>
</div>
<p id="none" class="box" hidden>There is nothing here.</p>
<ol id="requests"></ol>
<button type="button" class="plain" id="more" hidden>Show more</button>
</section>
</main>
<template id="request">
<li class="request">
<h2><button type="button" class="opener" aria-expanded="false"><span class="name" dir="auto"></span><span class="hint"></span></button></h2>
<div class="details" hidden></div>
</li>
</template>
<template id="decision">
<form class="decision">
<label>Reason <span class="optional">(needed to reject; the customer can read it)</span>
<textarea name="reason" rows="3" maxlength="1000" required dir="auto"></textarea></label>
<div class="bar">
<button type="submit" value="approve" formnovalidate>Approve</button>
<button type="submit" value="reject" class="refusing">Reject</button>
</div>
</form>
</template>
</body>
</html>
`;

/**
 * The page on which reviewers decide on proof. It is the same for everybody and holds nothing: what it shows, its script asks of the
 * native API with the reviewer's own key.
 */
export const reviewRoute: Route = {
  method: 'GET',
  path: '/evidence/review',
  operationId: 'review',
  summary: 'Review evidence',
  tag: 'Evidence',
  scope: null,
  looseQuery: true,
  responses: {
    200: { description: 'The page', contentType: 'text/html' },
    ...Object.fromEntries([429, 500, 503].map((status) => [status, { description: '', contentType: 'text/plain' }])),
  },
  handler: async () => ({
    status: 200,
    headers: { 'Content-Security-Policy': securityPolicy, 'X-Frame-Options': 'DENY' },
    contentType: 'text/html; charset=utf-8',
    raw: page.markup,
  }),
};
