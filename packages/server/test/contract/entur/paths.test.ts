import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;
const { port } = new URL(await server.listen());

/** A request whose path goes out exactly as written: clients and inject() would resolve `..` and encode what is raw. */
async function raw(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const headers = {
    authorization: `Bearer ${server.key}`,
    'content-type': 'application/json',
    'et-client-name': 'eksempel-app',
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path: `/customers/v2${path}`, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode as number, body: text === '' ? undefined : JSON.parse(text) }),
      );
    });
    outgoing.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('accountId in the path', () => {
  const ids: [string, ...string[]][] = [
    [
      'EKS:CustomerAccount:k7Qw2',
      'EKS:CustomerAccount:k7Qw2',
      'EKS%3ACustomerAccount%3Ak7Qw2',
      'EKS%3aCustomerAccount:k7Qw2',
    ],
    ['a/b', 'a%2Fb', 'a%2fb'],
    ['a+b', 'a+b', 'a%2Bb'],
    ['100%', '100%25'],
    ['%2F', '%252F'],
    ['%25', '%2525'],
    ['two words', 'two%20words'],
    ['å', '%C3%A5'],
    ['a\u030a', 'a%CC%8A'],
    ['?#&=;,@$', '%3F%23%26%3D%3B%2C%40%24'],
    ['...', '...', '%2E%2E%2E'],
    ['customer-accounts', 'customer-accounts'],
    ['\u{1f68c}', '%F0%9F%9A%8C'],
    ['__proto__', '__proto__'],
  ];

  test('200 decoded exactly once, in every operation', async () => {
    for (const [accountId, ...written] of ids) {
      const { customerNumber } = await server.profile();
      const created = await server.account(customerNumber, { accountId });
      for (const path of written) {
        const found = await raw('GET', `/profiles/${customerNumber}/customer-accounts/${path}`);
        assert.deepEqual([found.status, found.body], [200, created], `${accountId} as ${path}`);
        const holder = await raw('GET', `/profiles/customer-accounts/${path}`);
        assert.deepEqual([holder.status, holder.body.customerNumber], [200, customerNumber], path);
        const patched = await raw('PATCH', `/profiles/${customerNumber}/customer-accounts/${path}`, {});
        assert.deepEqual([patched.status, patched.body], [200, created], path);
      }
      const last = `/profiles/${customerNumber}/customer-accounts/${written.at(-1)}`;
      assert.equal((await raw('DELETE', last)).status, 200, last);
      assert.equal((await raw('GET', last)).status, 404, last);
    }
  });

  test('404/617 other spellings of an id are other ids', async () => {
    const { customerNumber } = await server.profile();
    await server.account(customerNumber, { accountId: 'Case é' });
    for (const path of ['case%20%C3%A9', 'Case%20e%CC%81', 'Case+%C3%A9', 'Case%2520%C3%A9', '%20Case%20%C3%A9']) {
      assert.equal((await raw('GET', `/profiles/${customerNumber}/customer-accounts/${path}`)).status, 404, path);
    }
  });

  test('400/400 broken escapes, ids outside the rule', async () => {
    const { customerNumber } = await server.profile();
    const paths = [
      '%',
      '%2',
      '%zz',
      'a%C3',
      '%FF',
      '%C3%28',
      '%00',
      'a%0Ab',
      '%C2%85',
      '.',
      '..',
      '%2E',
      '%2e%2E',
      'x'.repeat(61),
      '%C3%A5'.repeat(61),
    ];
    for (const path of paths) {
      for (const [method, address] of [
        ['GET', `/profiles/${customerNumber}/customer-accounts/${path}`],
        ['PATCH', `/profiles/${customerNumber}/customer-accounts/${path}`],
        ['DELETE', `/profiles/${customerNumber}/customer-accounts/${path}`],
        ['GET', `/profiles/customer-accounts/${path}`],
      ] as const) {
        const response = await raw(method, address, method === 'PATCH' ? {} : undefined);
        assert.deepEqual(
          [response.status, response.body.errorCode, Object.keys(response.body).length],
          [400, 400, 5],
          `${method} ${address}`,
        );
      }
    }
  });

  test('404/617 an id of 60 characters that is not there', async () => {
    const { customerNumber } = await server.profile();
    for (const id of ['x'.repeat(60), '%F0%9F%9A%8C'.repeat(60)]) {
      const response = await raw('GET', `/profiles/${customerNumber}/customer-accounts/${id}`);
      assert.deepEqual([response.status, response.body.errorCode], [404, 617]);
    }
  });
});

describe('customerNumber in the path', () => {
  const routes: [string, string, unknown?][] = [
    ['GET', '/profiles/{}'],
    ['DELETE', '/profiles/{}'],
    ['GET', '/profiles/{}/customer-accounts'],
    ['POST', '/profiles/{}/customer-accounts', {}],
    ['GET', '/profiles/{}/customer-accounts/a'],
    ['PATCH', '/profiles/{}/customer-accounts/a', {}],
    ['DELETE', '/profiles/{}/customer-accounts/a'],
  ];

  test('400/400 anything but digits from 1 to 2^63-1', async () => {
    const forms = [
      '0',
      '00',
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      '0x1',
      'abc',
      '%20',
      '1%20',
      '٣',
      '9223372036854775808',
      '99999999999999999999',
      '9'.repeat(500),
    ];
    for (const form of forms) {
      for (const [method, path, body] of routes) {
        refused(await call(method, path.replace('{}', encodeURI(decodeURI(form))), body), 400, 400, 'customerNumber');
      }
    }
  });

  test("404/617 numbers that fit int64 and are nobody's, also above 2^53", async () => {
    await server.profile();
    for (const form of ['1', '9007199254740991', '9007199254740992', '9223372036854775807']) {
      for (const [method, path, body] of routes) refused(await call(method, path.replace('{}', form), body), 404, 617);
      const body = { firstName: 'A', surname: 'B', changedBy: 'web', changedByChannel: 'web' };
      refused(await call('PUT', `/profiles/${form}`, body), 404, 617);
    }
  });

  test('200 a percent-encoded number and path are the same address', async () => {
    const { customerNumber } = await server.profile();
    const encoded = [...String(customerNumber)].map((digit) => `%3${digit}`).join('');
    assert.equal((await raw('GET', `/%70rofiles/${encoded}`)).body.customerNumber, customerNumber);
    const missing = await raw('GET', '/%70rofiles/1');
    assert.deepEqual([missing.status, missing.body.errorCode, Object.keys(missing.body).length], [404, 617, 5]);
    succeeded(await call('GET', `/profiles/${customerNumber}`));
  });
});
