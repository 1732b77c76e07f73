import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expireCustomers } from '#operations/customers/expire.ts';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;
const deactivate = (number: number, query = '') => call('DELETE', `/profiles/${number}${query}`);

describe('P5 deactivate', () => {
  test('200 status P, expiration 72 hours from now by default; the username is not shown', async () => {
    server.clock.now = new Date('2026-03-02T10:00:00.000Z');
    const created = await server.profile({ email: 'a@example.com', password: 'abcD123' });
    const response = await deactivate(created.customerNumber);
    server.clock.now = undefined;
    const { username: _, ...rest } = created;
    assert.deepEqual(succeeded(response), {
      ...rest,
      status: 'P',
      expirationDate: '2026-03-05T10:00:00.000Z',
      changedBy: 'eksempel-app',
      changedByChannel: 'api',
    });
  });

  test('200 a date is 00:00 UTC, a date-time may have an offset', async () => {
    const forms = {
      '2099-04-01': '2099-04-01T00:00:00.000Z',
      '2099-04-01T10:00:00Z': '2099-04-01T10:00:00.000Z',
      '2099-04-01T10:00:00.5%2B02:00': '2099-04-01T08:00:00.500Z',
      '2099-04-01T10:00:00+02:00': '2099-04-01T08:00:00.000Z',
      '2001-01-01': '2001-01-01T00:00:00.000Z',
    };
    for (const [given, shown] of Object.entries(forms)) {
      const { customerNumber } = await server.profile();
      assert.equal(succeeded(await deactivate(customerNumber, `?expirationDate=${given}`)).expirationDate, shown);
    }
  });

  test('200 on a passive profile only the date changes', async () => {
    const { customerNumber } = await server.profile();
    const first = succeeded(await deactivate(customerNumber, '?expirationDate=2099-01-01'));
    const { changedAt, ...second } = succeeded(await deactivate(customerNumber, '?expirationDate=2099-02-01'));
    assert.ok(changedAt >= first.changedAt);
    const { changedAt: _, ...before } = first;
    assert.deepEqual(second, { ...before, expirationDate: '2099-02-01T00:00:00.000Z' });
  });

  test('200 then 404/617: the job erases what is due, accounts included, and frees the email', async () => {
    const { customerNumber } = await server.profile({ email: 'due@example.com' });
    const { customerAccountId } = await server.account(customerNumber);
    succeeded(await deactivate(customerNumber, '?expirationDate=2020-01-01'));
    refused(
      await call('POST', '/profiles', {
        firstName: 'A',
        surname: 'B',
        email: 'due@example.com',
        organisationId: server.organisation.id,
        createdBy: 'a',
        createdByChannel: 'b',
      }),
      400,
      602,
    );
    succeeded(await call('GET', `/profiles/${customerNumber}`));
    assert.ok((await expireCustomers(server.store, new Date())) >= 1);
    const put = { firstName: 'A', surname: 'B', changedBy: 'a', changedByChannel: 'b' };
    for (const [method, path, body] of [
      ['GET', ''],
      ['PUT', '', put],
      ['DELETE', ''],
      ['GET', '/customer-accounts'],
      ['POST', '/customer-accounts', {}],
      ['GET', `/customer-accounts/${customerAccountId}`],
      ['PATCH', `/customer-accounts/${customerAccountId}`, {}],
      ['DELETE', `/customer-accounts/${customerAccountId}`],
    ] as [string, string, unknown?][]) {
      refused(await call(method, `/profiles/${customerNumber}${path}`, body), 404, 617);
    }
    refused(await call('GET', `/profiles/customer-accounts/${customerAccountId}`), 404, 617);
    await server.profile({ email: 'due@example.com' });
  });

  test('400/400 a date that is none', async () => {
    const { customerNumber } = await server.profile();
    const forms = [
      '',
      'soon',
      '2026-02-30',
      '2026-04-01T25:00:00Z',
      '2026-04-01T10:00:00',
      '0000-01-01',
      '9999-12-31T23:59:59-01:00',
      '0001-01-01T00:00:00%2B01:00',
    ];
    for (const form of forms)
      refused(await deactivate(customerNumber, `?expirationDate=${form}`), 400, 400, 'expirationDate');
    assert.equal(succeeded(await call('GET', `/profiles/${customerNumber}`)).status, 'A');
  });

  test('400/621 a personnel ticket customer', async () => {
    const { customerNumber } = await server.profile({ profileType: 'P' });
    refused(await deactivate(customerNumber), 400, 621);
  });

  test('404/617 unknown; a faulty date is told first', async () => {
    refused(await deactivate(999), 404, 617);
    refused(await deactivate(999, '?expirationDate=x'), 400, 400, 'expirationDate');
  });
});
