import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxFaults } from '#http/validation.ts';
import { startTestServer } from '../support/server.ts';

const { send } = await startTestServer();

for (const [fault, query] of [
  ['unknown', Array.from({ length: 3000 }, (_, index) => `a${index}`).join('&')],
  ['repeated', Array(3000).fill('limit=1').join('&')],
] as const) {
  test(`400 an answer does not grow with the number of ${fault} parameters`, async () => {
    for (const url of ['/v1/customers', '/v1/accounts/one']) {
      const response = await send('GET', `${url}?${query}`);
      assert.equal(response.status, 400);
      assert.equal(response.body.errors.length, maxFaults);
    }
  });
}
