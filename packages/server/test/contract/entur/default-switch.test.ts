import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;

test('200 concurrent switches of the default: no reader sees two, none fails, all orders end with at most one', async () => {
  const { customerNumber } = await server.profile();
  const path = `/profiles/${customerNumber}/customer-accounts`;
  const accounts = await Promise.all(Array.from({ length: 6 }, () => server.account(customerNumber)));
  const defaults = async () =>
    succeeded(await call('GET', path)).filter((account: { isDefault: boolean }) => account.isDefault).length;

  let switching = true;
  const seen: number[] = [];
  const reader = (async () => {
    while (switching) seen.push(await defaults());
  })();
  const switches = Array.from({ length: 60 }, (_, n) => {
    const { customerAccountId } = accounts[n % accounts.length];
    return call('PATCH', `${path}/${customerAccountId}`, { isDefault: n % 7 !== 0 });
  });
  const creates = Array.from({ length: 10 }, () => call('POST', path, { isDefault: true }));
  const statuses = (await Promise.all([...switches, ...creates])).map(({ status }) => status);
  switching = false;
  await reader;

  assert.deepEqual([...new Set(statuses)], [200]);
  assert.ok(seen.length > 0 && seen.every((count) => count <= 1), `defaults seen: ${seen}`);
  const last = accounts[3];
  succeeded(await call('PATCH', `${path}/${last.customerAccountId}`, { isDefault: true }));
  assert.equal(await defaults(), 1);
  assert.equal(succeeded(await call('GET', path))[0].id, last.id);
});
