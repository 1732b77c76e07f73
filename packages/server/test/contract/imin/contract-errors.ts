import assert from 'node:assert/strict';
import type { TestResponse } from '../../support/server.ts';

// The bodies E1 to E15 and E17 of imin.md 5.12, without their ids.
const base = 'https://accounts.example.com';

/** The error is the one of 5.12, but for its id. */
export function assertError(response: TestResponse, expected: { statusCode: number }): void {
  const { requestId } = response.body;
  assert.equal(response.status, expected.statusCode, response.text);
  assert.deepEqual(response.body, { ...expected, instance: `${base}/openactive/errors/${requestId}`, requestId });
}

export const incomplete = {
  '@context': 'https://openactive.io/',
  '@type': 'IncompleteCustomerDetailsError',
  name: 'The customer details are incomplete',
  description: '/customer/email: is required',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/customer/email', description: 'is required' }],
};
export const unknownMember = {
  '@context': 'https://openactive.io/',
  '@type': 'OpenBookingError',
  additionalType: `${base}/openactive/ns#InvalidRequest`,
  name: 'The request is not valid',
  description: '/customer/nickname: unknown member',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/customer/nickname', description: 'unknown member' }],
};
export const emailTaken = {
  '@context': 'https://openactive.io/',
  '@type': 'OpenBookingError',
  additionalType: `${base}/openactive/ns#Conflict`,
  name: 'The request conflicts with existing data',
  description: '/customer/email: is already used by another account',
  statusCode: 409,
};
export const keyReused = {
  '@context': 'https://openactive.io/',
  '@type': 'OpenBookingError',
  additionalType: `${base}/openactive/ns#IdempotencyKeyReused`,
  name: 'The idempotency key was used for another request',
  description: 'Use a new key for a new request.',
  statusCode: 422,
};
export const noKey = {
  '@context': 'https://openactive.io/',
  '@type': 'NoAPITokenError',
  name: 'No API key was supplied',
  description: 'Send the header X-API-KEY.',
  statusCode: 403,
};
export const badKey = {
  '@context': 'https://openactive.io/',
  '@type': 'InvalidAPITokenError',
  name: 'The API key is not valid',
  description: 'The key is unknown, expired or revoked.',
  statusCode: 401,
};
export const notFound = {
  '@context': 'https://openactive.io/',
  '@type': 'NotFoundError',
  name: 'The requested resource was not found',
  description: 'No customer account with this identifier is available to you.',
  statusCode: 404,
};
export const gone = {
  '@context': 'https://openactive.io/',
  '@type': 'GoneError',
  name: 'The resource has been deleted',
  description: 'This customer account was erased.',
  statusCode: 410,
};
export const notLinked = {
  '@context': 'https://openactive.io/',
  '@type': 'UpdateFailedError',
  name: 'The update was rejected',
  description: 'Not linked to this customer: https://sellers.example.com/harbour, https://sellers.example.com/unknown',
  statusCode: 400,
  'tessera:invalid': [
    { pointer: '/seller/0', description: 'https://sellers.example.com/harbour is not linked' },
    { pointer: '/seller/1', description: 'https://sellers.example.com/unknown is not linked' },
  ],
};
export const cannotClear = {
  '@context': 'https://openactive.io/',
  '@type': 'UpdateFailedError',
  name: 'The update was rejected',
  description: '/object/email: cannot be cleared',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/object/email', description: 'cannot be cleared' }],
};
export const stale = {
  '@context': 'https://openactive.io/',
  '@type': 'OpenBookingError',
  additionalType: `${base}/openactive/ns#PreconditionFailed`,
  name: 'The precondition of the request is not met',
  description: 'The account has changed since the entity tag in If-Match was issued.',
  statusCode: 412,
};
export const endPast = {
  '@context': 'https://openactive.io/',
  '@type': 'UpdateFailedError',
  name: 'The update was rejected',
  description: '/object/validUntil: must be in the future',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/object/validUntil', description: 'must be in the future' }],
};
export const notSettable = {
  '@context': 'https://openactive.io/',
  '@type': 'UpdateFailedError',
  name: 'The update was rejected',
  description: '/object/entitlementType: is not an entitlement that can be set',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/object/entitlementType', description: 'is not an entitlement that can be set' }],
};
export const wrongPrefix = {
  '@context': 'https://openactive.io/',
  '@type': 'UpdateFailedError',
  name: 'The update was rejected',
  description: 'The barcode does not have the expected prefix',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/object/text', description: 'does not have the expected prefix' }],
};
export const passTaken = {
  '@context': 'https://openactive.io/',
  '@type': 'UpdateFailedError',
  name: 'The update was rejected',
  description: 'The barcode is already in use',
  statusCode: 400,
  'tessera:invalid': [{ pointer: '/object/text', description: 'is already in use' }],
};
export const decided = {
  '@context': 'https://openactive.io/',
  '@type': 'OpenBookingError',
  additionalType: `${base}/openactive/ns#Conflict`,
  name: 'The request conflicts with existing data',
  description: 'The evidence request has already been decided.',
  statusCode: 409,
};
