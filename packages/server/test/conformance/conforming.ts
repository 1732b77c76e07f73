import assert from 'node:assert/strict';
import { base, type Tester } from '../contract/openactive/support.ts';
import { betaContext, betaContextDocument, failuresOf } from '../support/openactive-validator.ts';

/** Looks at accounts and lists of a test server with the eyes of OpenActive's validator (openactive.md 6). */
export type Conformance = {
  /** Asserts that an account is shown without failure in both profiles, and returns the two bodies. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  account: (identifier: string) => Promise<{ core: any; extended: any }>;
  /** The same of what a query finds; returns the core body. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  query: (query: string) => Promise<any>;
};

export async function conformanceOf({ account, send }: Tester): Promise<Conformance> {
  const contexts = {
    [betaContext]: betaContextDocument,
    [`${base}/openactive/ns`]: (await send('GET', '/openactive/ns')).body,
  };
  return {
    account: async (identifier) => {
      const { status, text, body: core } = await account('GET', identifier);
      assert.equal(status, 200, text);
      assertWhole(core);
      assert.doesNotMatch(JSON.stringify(namesIn(core)), /:/, 'the core profile has no member with a prefix');
      assert.deepEqual(await failuresOf(core), []);
      const { body: extended } = await account('GET', identifier, { headers: { prefer: 'profile=extended' } });
      assertWhole(extended);
      assert.deepEqual(await failuresOf(extended, { contexts }), []);
      return { core, extended };
    },
    query: async (query) => {
      const path = `/openactive/customer-accounts?${query}`;
      const { body } = await send('GET', path);
      assert.equal(body['@type'], 'ItemList');
      assert.equal(body.numberOfItems, body.itemListElement?.length ?? 0);
      assert.deepEqual(await failuresOf(body), []);
      const extended = await send('GET', `${path}&profile=extended`);
      assert.deepEqual(await failuresOf(extended.body, { contexts }), []);
      return body;
    },
  };
}

/** What the validator does not miss when it is not there, or takes for a suggestion only. */
// biome-ignore lint/suspicious/noExplicitAny: any account
function assertWhole(body: any): void {
  assert.equal(body['@type'], 'CustomerAccount');
  assert.ok(body['@id'].startsWith(`${base}/openactive/customer-accounts/`));
  assert.equal(typeof body.hasHiddenEntitlements, 'boolean');
  for (const pass of body.accessPass ?? []) {
    assert.equal(pass['@type'], 'Barcode');
    assert.equal(typeof pass.text, 'string');
  }
  for (const { entitlementType, validFrom } of body.entitlement ?? []) {
    assert.deepEqual(Object.keys(entitlementType), ['@type', '@id', 'prefLabel', 'inScheme']);
    assert.match(validFrom, /^\d{4}-\d\d-\d\d$/);
  }
}

/** Names of members at any depth, but for JSON-LD's own. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesIn(member)]);
}
