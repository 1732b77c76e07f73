import type { Organisation } from '#domain/organisation.ts';
import type { Demo } from '../demo/demo.ts';

/** The new key and what to do with it. Every curl stands on a line of its own and is complete, so that it can be pasted. */
export function demoText(demo: Demo, url: string): string {
  const { organisation, key, customers, identifier, customerNumber, proofPage } = demo;
  const bearer = `-H 'Authorization: Bearer ${key}'`;
  const customer = '{"customer":{"givenName":"Grace","familyName":"Holloway","telephone":"+44 7700 900999"}}';
  return `Created the organisation "${organisation.name}" with ${customers} fictional customers, and an API key for all of it, shown this once:

  ${key}

Paste these into another terminal. An account of the sample data, by the native API:

curl ${bearer} '${url}/v1/accounts/${identifier}'

The same account by the OpenActive, imin and Entur dialects:

curl ${bearer} '${url}/openactive/customer-accounts/${identifier}'
curl -H 'X-API-KEY: ${key}' '${url}/api/v2/customer-accounts/${identifier}'
curl ${bearer} -H 'ET-Client-Name: demo-curl' '${url}/customers/v2/profiles/${customerNumber}/customer-accounts/${identifier}'

A new account with a new customer:

curl ${bearer} -H 'Content-Type: application/json' -d '${customer}' '${url}/v1/accounts'

In a browser: where the customer sends proof of study, and where staff check it with the key above.

${proofPage}
${url}/evidence/review
`;
}

/** @param tessera how to call the command line, see {@link tesseraCommand} */
export function demoAgainText(tessera: string): string {
  return `The organisation "demo" is there from an earlier start. Another key for it:

${tessera} key create --organisation demo --name "my application"
`;
}

export function noOrganisationText(tessera: string, publicUrl: string): string {
  return `There is no organisation yet, so nobody can use this server. Create one, and a key for it:

${tessera} organisation create --name "My organisation" --base-url ${publicUrl}
${tessera} key create --organisation my-organisation --name "my application"
`;
}

/** PUBLIC_URL was changed under an organisation whose `@id`s were made with the former one (architecture.md, Settled 6). */
export function movedText({ slug, baseUrl }: Organisation, publicUrl: string, tessera: string): string {
  return `The public URL is ${publicUrl}, but the ids of the organisation ${slug} begin with ${baseUrl}.
Set PUBLIC_URL=${baseUrl} or, as long as it has no account, run: ${tessera} organisation update ${slug} --base-url ${publicUrl}
`;
}

/** @param file where the key is now */
export function keyCreatedText(file: string): string {
  return `Files of evidence and secrets of webhooks will be encrypted with a new key, which was written to ${file}.
Keep a copy of it: without it nobody can read them. If more servers use this database, set EVIDENCE_KEY to it on all of them.
`;
}

/** @param reason completes "because ..." */
export function keyMissingText(reason: string): string {
  return `Files of evidence cannot be uploaded or read by this server, and webhooks neither subscribed to nor sent, because ${reason}.
Set EVIDENCE_KEY to the key that the other servers have, or restore that file, and start again.
`;
}
