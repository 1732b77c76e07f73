import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imin } from '#dialects/imin/dialect.ts';
import { filePart, handmade, multipart } from '../../http/upload-forms.ts';
import { pdf } from './holdings-support.ts';
import { errorBody, startBroker, updateAction, wrapped } from './support.ts';

const broker = await startBroker();
const query = (await broker.keyWith(['openactive-customeraccount-query'])).key;
const modify = (await broker.keyWith(['openactive-customeraccount-modify'])).key;
const neither = (await broker.keyWith(['customers:read', 'accounts:write', 'customers-profile:les'])).key;

/** Every route of the dialect with what succeeds, or is past the scope check, on it. */
const requests: [method: string, path: string, scope: 'query' | 'modify', success: number, body?: () => object][] = [
  ['POST', '/customer-accounts', 'modify', 201, () => wrapped()],
  ['GET', '/customer-accounts/:id', 'query', 200],
  ['PATCH', '/customer-accounts/:id', 'modify', 200, () => ({ gender: 'x' })],
  ['POST', '/customer-accounts/:id/actions', 'modify', 200, () => updateAction({ gender: 'y' })],
  ['DELETE', '/customer-accounts/:id/entitlement', 'modify', 204],
  ['GET', '/customer-accounts/:id/evidence-requests', 'query', 200],
  ['GET', '/customer-accounts/:id/evidence-requests/:evidenceId', 'query', 404],
  ['POST', '/customer-accounts/:id/evidence-requests/:evidenceId/submissions', 'modify', 404],
  ['GET', '/customer-accounts/:id/linked-accounts', 'query', 200],
  ['GET', '/customer-accounts/:id/linked-accounts/:sellerId', 'query', 404],
  ['DELETE', '/customer-accounts/:id/linked-accounts/:sellerId', 'modify', 404],
  ['DELETE', '/customer-accounts/:id', 'modify', 202],
  ['GET', '/entitlements', 'query', 404],
  ['POST', '/customers', 'modify', 201, () => ({ ...(wrapped() as { customer: object }).customer })],
  ['GET', '/customers/:id', 'query', 200],
  ['PATCH', '/customers/:id', 'modify', 200, () => ({ gender: 'x' })],
  ['DELETE', '/customers/:id', 'modify', 202],
];

describe('every route of the dialect', () => {
  it('is in this test', () => {
    const routes = imin.routes.map(({ method, path }) => `${method} ${path}`).sort();
    assert.deepEqual(requests.map(([method, path]) => `${method} ${path}`).sort(), routes);
  });

  for (const [method, path, scope, success, body] of requests) {
    const form = path.endsWith('/submissions') ? { body: handmade([filePart(), pdf]), headers: multipart } : undefined;
    const content = (headers: Record<string, string>) =>
      form ? { body: form.body, headers: { ...form.headers, ...headers } } : { body: body?.(), headers };
    const addressOf = (identifier: string) =>
      path.replace(':id', identifier).replace(':sellerId', 'riverside').replace(':evidenceId', 'none');
    const send = async (headers: Record<string, string>, prefix = '') => {
      const address = addressOf(await broker.account());
      return broker.send(method, `${prefix}/api/v2${address}`, { ...content(headers), key: null });
    };

    it(`${success} ${method} ${path} with X-API-KEY, with Authorization: Bearer, with both, and below /o/{slug}`, async () => {
      const key = scope === 'query' ? query : modify;
      const bearer = { authorization: `Bearer ${key}` };
      for (const headers of [{ 'x-api-key': key }, { 'X-API-KEY': key }, bearer, { ...bearer, 'x-api-key': key }]) {
        assert.equal((await send(headers as Record<string, string>)).status, success);
      }
      assert.equal((await send(bearer, `/o/${broker.organisation.slug}`)).status, success);
    });

    it(`401 ${method} ${path} for keys that are unknown, malformed or revoked, and for two different ones`, async () => {
      const revoked = await broker.keyWith(undefined);
      await broker.store.clients.revoke(broker.organisation.id, revoked.id);
      const unknown = revoked.key.replace(/.{8}$/, '00000000');
      for (const key of [revoked.key, unknown, 'key']) {
        const response = await send({ 'x-api-key': key });
        assert.equal(response.status, 401);
        const description = 'The key is unknown, expired or revoked.';
        const expected = errorBody(response, 'InvalidAPITokenError', 'The API key is not valid', description);
        assert.deepEqual(response.body, expected);
        assert.equal(response.headers['www-authenticate'], 'Bearer');
      }
      assert.equal((await send({ 'x-api-key': query, authorization: `Bearer ${modify}` })).status, 401);
      assert.equal((await send({ authorization: 'Basic a2V5' })).status, 401);
    });

    it(`403 ${method} ${path} without a key, and with a key that lacks the scope`, async () => {
      const none = await send({});
      assert.equal(none.status, 403);
      const noKey = ['NoAPITokenError', 'No API key was supplied', 'Send the header X-API-KEY.'] as const;
      assert.deepEqual(none.body, errorBody(none, ...noKey));
      for (const key of [scope === 'query' ? modify : query, neither]) {
        const response = await send({ 'x-api-key': key });
        assert.equal(response.status, 403);
        const description = `The scope openactive-customeraccount-${scope} is required.`;
        const type = 'OpenBookingError#InsufficientScope';
        assert.deepEqual(response.body, errorBody(response, type, 'The credentials do not permit this', description));
      }
    });

    it(`404 ${method} ${path} below another organisation's address`, async () => {
      const response = await send({ 'x-api-key': broker.key }, '/o/someone-else');
      assert.equal(response.status, 404);
      const unknownRoute = ['UnknownOrIncorrectEndpointError', 'There is no such endpoint', 'Check the path.'] as const;
      assert.deepEqual(response.body, errorBody(response, ...unknownRoute));
    });

    it(`406 ${method} ${path} when Accept excludes JSON`, async () => {
      const response = await send({ 'x-api-key': broker.key, accept: 'text/html, image/*' });
      assert.equal(response.status, 406);
      assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#NotAcceptable');
    });

    it(`414 ${method} ${path} for a URL of more than 2,048 characters`, async () => {
      const identifier = await broker.account();
      const address = `/api/v2${addressOf(identifier)}?`;
      const url = (length: number) => address + 'x'.repeat(length - address.length);
      const headers = { 'x-api-key': broker.key };
      const long = await broker.send(method, url(2049), { ...content(headers), key: null });
      assert.equal(long.status, 414);
      assert.equal(long.body.additionalType, 'https://accounts.example.com/openactive/ns#UriTooLong');
      assert.notEqual((await broker.send(method, url(2048), { ...content(headers), key: null })).status, 414);
    });

    if (body) {
      it(`413 ${method} ${path} for a body of more than 64 KiB`, async () => {
        const headers = { 'x-api-key': broker.key, 'content-type': 'application/json' };
        const address = `/api/v2${path.replace(':id', await broker.account())}`;
        const padded = (length: number) => JSON.stringify(body()).padEnd(length);
        const over = await broker.send(method, address, { body: padded(65537), headers, key: null });
        assert.equal(over.status, 413);
        assert.equal(over.body.additionalType, 'https://accounts.example.com/openactive/ns#PayloadTooLarge');
        assert.equal((await broker.send(method, address, { body: padded(65536), headers, key: null })).status, success);
      });

      it(`415 ${method} ${path} for other media types`, async () => {
        const mergePatch = method === 'PATCH' ? [] : ['application/merge-patch+json'];
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=latin1',
          ...mergePatch,
        ]) {
          const response = await send({ 'x-api-key': broker.key, 'content-type': type });
          assert.equal(response.status, 415, type);
          assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#UnsupportedMediaType');
        }
        assert.equal((await send({ 'x-api-key': broker.key, 'content-type': 'application/ld+json' })).status, success);
      });
    }
  }
});
