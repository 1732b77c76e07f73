import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { iso31661 } from 'iso-3166';
import type { CustomerDetails } from '#domain/customer.ts';
import { context, newIdentifier, startTester } from '../contract/openactive/support.ts';
import { hostileText } from '../support/hostile-text.ts';
import { failuresOf } from '../support/openactive-validator.ts';
import { conformanceOf } from './conforming.ts';

/*
 * OpenActive's own validator finds no failure in any representation, whoever wrote the account (openactive.md 6, C1 to C3).
 * What the validator does not catch is asserted beside it.
 */

const tester = await startTester();
const { account, born } = tester;
const conformance = await conformanceOf(tester);

const text = (maxLength: number) => fc.option(hostileText({ maxLength }), { nil: undefined, freq: 3 });
const country = fc.option(fc.constantFrom('GB', 'NO', 'XK', 'UK', 'EU', 'gb'), { nil: undefined });
const address = fc.record(
  { streetAddress: text(200), addressLocality: text(200), addressRegion: text(200), postalCode: text(200) },
  { requiredKeys: [] },
);
const contact = fc.record({ name: text(200), telephone: text(40) }, { requiredKeys: [] });
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom('https://intranet/', 'http://[::1]/', 'https://example.com/?a=1&copy=2', 'https://schema.org/email'),
);

let count = 0;
/** An address that satisfies the rule for addresses and nothing else; different every time. */
const email = hostileText({ maxLength: 100 }).map(
  (local) => `${local.replace(/[\s@\ufeff]/gu, '')}${count++}@<b>&copy`,
);

const personDetails = fc.record({
  givenName: text(100),
  familyName: text(100),
  name: text(200),
  telephone: text(40),
  jobTitle: text(100),
  gender: text(100),
  birthDate: fc.constantFrom(undefined, '1971-06-14'),
  emergencyContact: fc.option(contact, { nil: undefined }),
});
const organizationDetails = fc.record({
  name: text(200),
  legalName: text(200),
  telephone: text(40),
  vatID: text(40),
  url: fc.option(url, { nil: undefined }),
  sameAs: fc.array(url, { maxLength: 4 }),
});

test('C1, C2: any account born through PUT', async () => {
  const customer = fc.oneof(
    personDetails.map((details) => ({ '@type': 'Person', ...details })),
    organizationDetails.map((details) => ({ '@type': 'Organization', ...details, name: details.name ?? 'Northmoor' })),
  );
  await fc.assert(
    fc.asyncProperty(
      customer,
      email,
      address,
      fc.constantFrom('GB', 'no', undefined),
      async (details, mail, parts, addressCountry) => {
        const identifier = newIdentifier();
        const body = {
          '@context': context,
          '@type': 'CustomerAccount',
          customer: { ...details, email: mail, address: { ...parts, addressCountry } },
        };
        const created = await account('PUT', identifier, { body });
        assert.equal(created.status, 201, created.text);
        const { core: shown } = await conformance.account(identifier);
        // Sent back as it is shown, nothing changes.
        const patched = await account('PATCH', identifier, { body: { customer: shown.customer } });
        assert.equal(patched.status, 200, patched.text);
        assert.equal(patched.headers.etag, '"1.0"');
      },
    ),
    { numRuns: 60 },
  );
});

test('C1, C2: any account born elsewhere, with partial addresses, odd countries and names that are missing', async () => {
  const details = fc.oneof(
    fc.tuple(fc.constant('person' as const), personDetails),
    fc.tuple(fc.constant('organization' as const), organizationDetails),
  );
  const names = fc.tuple(text(60), text(40), text(60), text(40));
  await fc.assert(
    fc.asyncProperty(
      details,
      email,
      address,
      country,
      names,
      async ([kind, data], mail, parts, addressCountry, [identifier, accountNumber, alias, customerRef]) => {
        count += 1;
        const addresses = [
          { ...parts, addressCountry: /^(GB|NO)$/.test(addressCountry ?? '') ? addressCountry : undefined },
        ];
        const born1 = await born(
          {
            kind,
            details: { ...data, email: mail, addresses } as unknown as CustomerDetails,
            ...(customerRef ? { customerRef: `${customerRef}r${count}` } : {}),
          },
          {
            ...(identifier ? { identifier: `${[...identifier].slice(0, 50).join('')}i${count}` } : {}),
            ...(accountNumber ? { accountNumber: `${accountNumber}n${count}` } : {}),
            ...(alias ? { alias } : {}),
          },
        );
        await conformance.account(born1);
      },
    ),
    { numRuns: 60 },
  );
});

test('C1: every country that can be stored is one that the validator accepts', async () => {
  const parts = { streetAddress: 'a', addressLocality: 'b', addressRegion: 'c', postalCode: 'd' };
  const countries = iso31661.filter(({ state }) => state === 'assigned').map(({ alpha2 }) => alpha2);
  const { body } = await account(
    'GET',
    await born({ details: { email: 'country@example.com', addresses: [{ ...parts, addressCountry: 'GB' }] } }),
  );
  const elements = countries.map((addressCountry) => ({
    ...body,
    '@context': undefined,
    customer: { ...body.customer, address: { ...body.customer.address, addressCountry } },
  }));
  const list = {
    '@context': context,
    '@type': 'ItemList',
    numberOfItems: elements.length,
    itemListElement: JSON.parse(JSON.stringify(elements)),
  };
  assert.ok(countries.length > 240);
  assert.deepEqual(await failuresOf(list), []);
});

test('C2, C3: a list of none, one and many, in both profiles', async () => {
  const details = { email: 'list@example.com', name: 'Ida <Moss> &copy' };
  await born({ details }, { alias: '<My card>' });
  assert.equal((await conformance.query('customer.email=none@example.com')).numberOfItems, 0);
  const body = await conformance.query('customer.email=list@example.com');
  const many = { ...body, numberOfItems: 3, itemListElement: Array(3).fill(body.itemListElement[0]) };
  assert.deepEqual(await failuresOf(many), []);
});
