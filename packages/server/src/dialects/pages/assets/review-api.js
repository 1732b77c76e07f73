// The native API, as far as the review page needs it. Addresses are relative to the page, so that they work behind a proxy and below
// /o/{slug}.
const api = new URL('../v1/', document.baseURI);

/** Something the API did not do, in a sentence for the reviewer. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/**
 * Asks the API.
 *
 * @returns the response; throws Refused for every answer that is no success, and where there is none
 */
export async function ask(key, path, { method = 'GET', body, ifMatch } = {}) {
  if (!/^[\x21-\x7e]+$/.test(key)) throw new Refused(401, sentenceOf(401, {})); // it could not even be sent
  const headers = { Authorization: `Bearer ${key}` };
  if (body) headers['Content-Type'] = 'application/json';
  if (ifMatch) headers['If-Match'] = ifMatch;
  let response;
  try {
    response = await fetch(new URL(path, api), { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, 'The server cannot be reached. Check your connection and try again.');
  }
  if (response.ok) return response;
  throw new Refused(response.status, sentenceOf(response.status, await response.json().catch(() => ({}))));
}

function sentenceOf(status, { title, detail }) {
  switch (status) {
    case 401:
      return 'The key is not valid: it was mistyped, or it has been revoked.';
    case 403:
      return `The key does not permit this. ${detail ?? ''}`;
    case 404:
      return 'This is not there any more.';
    case 409:
      return `Somebody else was first. ${detail ?? ''}`;
    case 412:
      return 'The account has changed since you opened this: more files may have come. It was loaded again; look at it once more.';
    case 429:
    case 503:
      return 'The server is busy. Try again in a moment.';
    default:
      return detail ? `${title}. ${detail}` : `The server answered with an error (${status}). Try again later.`;
  }
}
