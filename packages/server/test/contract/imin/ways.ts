import assert from 'node:assert/strict';
import type { TestResponse } from '../../support/server.ts';
import { type Broker, errorBody, updateAction } from './support.ts';

/** The three ways to change a Person: where it stands in the body, and what is sent. */
export function waysOf(broker: Broker) {
  return [
    {
      name: 'POST /customer-accounts/:id/actions',
      place: '/object',
      send: (identifier: string, members: object, headers = {}, key?: string) => {
        const body = updateAction(members);
        return broker.call('POST', `/customer-accounts/${identifier}/actions`, { body, headers, key });
      },
    },
    ...['/customer-accounts', '/customers'].map((path) => ({
      name: `PATCH ${path}/:id`,
      place: '',
      send: (identifier: string, members: object, headers = {}, key?: string) =>
        broker.call('PATCH', `${path}/${identifier}`, { body: members, headers, key }),
    })),
  ];
}

export const address = {
  streetAddress: 'Harbour House, 12 Example Lane',
  addressLocality: 'New Brightsea',
  addressRegion: 'London',
  postalCode: 'NB1 2ZZ',
  addressCountry: 'GB',
};
export const emergencyContact = { name: 'Ralf Capella', telephone: '020 7946 0456' };
export const full = {
  telephone: '020 7946 0123',
  birthDate: '1971-06-14',
  gender: 'https://schema.org/Female',
  'imin:is13OrOver': true,
  address,
  emergencyContact,
};

/** 400 UpdateFailedError that names exactly these members. */
export function assertUpdateFailed(response: TestResponse, faults: [string, string][]): void {
  assert.equal(response.status, 400, response.text);
  const [pointer, message] = faults[0] as [string, string];
  const description = pointer === '' ? `The request body ${message}` : `${pointer}: ${message}`;
  assert.deepEqual(
    response.body,
    errorBody(response, 'UpdateFailedError', 'The update was rejected', description, faults),
  );
}
