import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, startTester } from './support.ts';

const { send, organisationWithKey } = await startTester();

/** openactive.md 5.11 */
const contextAt = (ns: string) => ({
  '@context': {
    tessera: `${ns}#`,
    oa: 'https://openactive.io/',
    schema: 'https://schema.org/',
    rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
    rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  },
  '@graph': [
    {
      '@id': 'tessera:passNamespace',
      '@type': 'rdf:Property',
      'rdfs:label': 'passNamespace',
      'rdfs:comment': 'Namespace in which the text of the pass is unique.',
      'schema:domainIncludes': [{ '@id': 'schema:Barcode' }],
      'schema:rangeIncludes': [{ '@id': 'schema:Text' }],
    },
    {
      '@id': 'tessera:grantState',
      '@type': 'rdf:Property',
      'rdfs:label': 'grantState',
      'rdfs:comment': 'confirmed, or provisional while evidence is outstanding.',
      'schema:domainIncludes': [{ '@id': 'oa:Entitlement' }],
      'schema:rangeIncludes': [{ '@id': 'schema:Text' }],
    },
    {
      '@id': 'tessera:evidenceState',
      '@type': 'rdf:Property',
      'rdfs:label': 'evidenceState',
      'rdfs:comment': 'State of an evidence request.',
      'schema:domainIncludes': [{ '@id': 'schema:Action' }],
      'schema:rangeIncludes': [{ '@id': 'schema:Text' }],
    },
    {
      '@id': 'tessera:blocksBooking',
      '@type': 'rdf:Property',
      'rdfs:label': 'blocksBooking',
      'rdfs:comment': 'True when the open action prevents booking.',
      'schema:domainIncludes': [{ '@id': 'schema:Action' }],
      'schema:rangeIncludes': [{ '@id': 'schema:Boolean' }],
    },
  ],
});

test('200 to anybody: the exact document, cacheable', async () => {
  const { status, body, headers } = await send('GET', '/openactive/ns', { key: null });
  assert.equal(status, 200);
  assert.deepEqual(body, contextAt(`${base}/openactive/ns`));
  assert.match(headers['content-type'] as string, /^application\/ld\+json/);
  assert.equal(headers['cache-control'], 'public, max-age=3600');
  assert.equal(headers.vary, 'Accept');
  assert.equal((await send('HEAD', '/openactive/ns', { key: null })).text, '');
});

test("200 with the organisation's own base under its prefix; 404 for an unknown one", async () => {
  const { organisation } = await organisationWithKey('Northmoor');
  const { body } = await send('GET', '/o/northmoor/openactive/ns', { key: null });
  assert.deepEqual(body, contextAt(`${organisation.baseUrl}/openactive/ns`));
  assert.equal(organisation.baseUrl, `${base}/o/northmoor`);
  const unknown = await send('GET', '/o/unknown/openactive/ns', { key: null });
  assert.equal(unknown.status, 404);
  assert.equal(unknown.body['@type'], 'UnknownOrIncorrectEndpointError');
});

test('400 for a parameter, 405 for another method', async () => {
  assert.equal((await send('GET', '/openactive/ns?v=1', { key: null })).status, 400);
  const { status, headers } = await send('POST', '/openactive/ns', { key: null });
  assert.equal(status, 405);
  assert.equal(headers.allow, 'GET, HEAD');
});
