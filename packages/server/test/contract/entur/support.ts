import assert from 'node:assert/strict';
import { startTestServer, type TestResponse, type TestServer } from '../../support/server.ts';

export const base = '/customers/v2';

export type Options = { headers?: Record<string, string>; key?: string | null };

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type Body = any;

export type Entur = TestServer & {
  /** Sends a request below `/customers/v2`, identified as `eksempel-app`. */
  call: (method: string, path: string, body?: unknown, options?: Options) => Promise<TestResponse>;
  /** Creates a profile; members replace those of the default body. */
  profile: (members?: Record<string, unknown>, options?: Options) => Promise<Body>;
  /** Creates an account of a profile. */
  account: (customerNumber: number, body?: Record<string, unknown>) => Promise<Body>;
};

/** A test server with Entur's ways of speaking to it. */
export async function startEntur(): Promise<Entur> {
  const server = await startTestServer();
  const call: Entur['call'] = (method, path, body, { headers = {}, key } = {}) =>
    server.send(method, `${base}${path}`, {
      ...(body === undefined ? {} : { body }),
      ...(key === undefined ? {} : { key }),
      headers: { 'ET-Client-Name': 'eksempel-app', ...headers },
    });
  const profile: Entur['profile'] = async (members = {}, options) =>
    succeeded(await call('POST', '/profiles', { ...newProfile(server.organisation.id), ...members }, options));
  const account: Entur['account'] = async (customerNumber, body = {}) =>
    succeeded(await call('POST', `/profiles/${customerNumber}/customer-accounts`, body));
  return { ...server, call, profile, account };
}

/** The smallest body of P2. */
export function newProfile(organisationId: number) {
  return { firstName: 'Ola', surname: 'Nordmann', organisationId, createdBy: 'web', createdByChannel: 'web' };
}

/** The smallest body of P4. */
export const putProfile = { firstName: 'Ola', surname: 'Nordmann', changedBy: 'kundesenter', changedByChannel: 'crm' };

/** The body of a response that must be 200. */
export function succeeded(response: TestResponse): Body {
  assert.equal(response.status, 200, response.text);
  return response.body;
}

const shortEnglish: Record<number, string> = {
  400: 'Invalid request',
  401: 'Invalid credentials',
  403: 'Forbidden',
  404: 'Unknown URI',
  405: 'Method not allowed',
  412: 'Precondition failed',
  413: 'Request too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  600: 'Invalid password format',
  602: 'Email already registered',
  603: 'Invalid email',
  604: 'Invalid post code',
  605: 'Invalid telephone number',
  606: 'Invalid name',
  611: 'Not authenticated',
  617: 'Not found',
  621: 'Personnel customer cannot be deleted',
  624: 'Alias already in use',
};

/** Asserts an ErrorMessage with exactly its five members, the code's short text, and long texts in which all of `names` occur. */
export function refused(response: TestResponse, status: number, errorCode: number, ...names: string[]): void {
  assert.equal(response.status, status, response.text);
  const { body } = response;
  const members = ['errorCode', 'longEnglish', 'longNorwegian', 'shortEnglish', 'shortNorwegian'];
  assert.deepEqual(Object.keys(body).sort(), members);
  assert.equal(body.errorCode, errorCode, response.text);
  const short = names.includes('Resource exists') ? 'Resource exists' : shortEnglish[errorCode];
  assert.equal(body.shortEnglish, short);
  for (const member of members.slice(1)) assert.ok(body[member].length > 0, member);
  for (const name of names.filter((one) => one !== 'Resource exists')) {
    assert.ok(body.longEnglish.includes(name), `${name} in ${body.longEnglish}`);
    assert.ok(body.longNorwegian.includes(name), `${name} in ${body.longNorwegian}`);
  }
}
