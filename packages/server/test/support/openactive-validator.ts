import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What OpenActive's validator objects to. */
export type Finding = { severity: string; type: string; path: string; message: string };

type Options = {
  /** `OpenBookingError` for error bodies; absent: the mode for accounts, lists and concepts. */
  mode?: string;
  /** Context documents by URL, for documents in the extended profile; none is ever fetched. */
  contexts?: Record<string, object>;
};

type Validate = (document: object, options: object) => Promise<Finding[]>;

// Plain JavaScript without types.
const require = createRequire(import.meta.url);
const { validate } = require('@openactive/data-model-validator') as { validate: Validate };

type GraphHelper = {
  isPropertyInClass: (vocabulary: object, property: string, type: string, version: string, more?: object[]) => object;
};
const graph = require('@openactive/data-model-validator/src/helpers/graph') as GraphHelper;
rememberAnswers(graph);

/**
 * For every property that is not OpenActive's own the validator walks all of schema.org, 70 ms each time: an account with an action
 * took a second, in the extended profile several. The answer never changes, so it is asked once.
 */
function rememberAnswers(helper: GraphHelper): void {
  const ask = helper.isPropertyInClass.bind(helper);
  const ofVocabulary = new WeakMap<object, Map<string, object>>();
  const ofContexts = new Map<string, object>();
  helper.isPropertyInClass = (vocabulary, property, type, version, more) => {
    // Contexts of a document are small, read anew each time, and asked together with the same vocabularies.
    const answers = more ? ofContexts : (ofVocabulary.get(vocabulary) ?? new Map<string, object>());
    if (!more) ofVocabulary.set(vocabulary, answers);
    const question = JSON.stringify([property, type, version, more ? vocabulary : null]);
    const answer = answers.get(question) ?? ask(vocabulary, property, type, version, more);
    answers.set(question, answer);
    return answer;
  };
}

export const coreContext = 'https://openactive.io/';
export const betaContext = 'https://openactive.io/ns-beta';

/** A stand-in for OpenActive's beta context, without its import, which would have to be fetched too (openactive.md 6). */
export const betaContextDocument = {
  '@context': {
    beta: 'https://openactive.io/ns-beta#',
    schema: 'https://schema.org/',
    rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  },
  '@graph': [
    {
      '@id': 'beta:codeType',
      '@type': 'rdf:Property',
      'schema:domainIncludes': [{ '@id': 'schema:Barcode' }],
      'schema:rangeIncludes': [{ '@id': 'schema:Text' }],
    },
  ],
};

/** Everything that `@openactive/data-model-validator` says of a document, from failures to suggestions. */
export async function findingsOf(document: object, { mode, contexts }: Options = {}): Promise<Finding[]> {
  const modeOption = mode === undefined ? {} : { validationMode: mode };
  // The validator works on what it is given.
  if (!contexts) return validate(structuredClone(document), modeOption);
  assertKnown(document, contexts);
  const remoteJsonCachePath = filledCache(contexts);
  const remote = { loadRemoteJson: true, remoteJsonCachePath, remoteJsonCacheTimeToLive: 1e9 };
  return validate(structuredClone(document), { ...modeOption, ...remote });
}

/** What conformance is gated on: the findings of severity failure, in short. Empty means that the document conforms. */
export async function failuresOf(document: object, options: Options = {}): Promise<string[]> {
  const findings = await findingsOf(document, options);
  return findings
    .filter(({ severity }) => severity === 'failure')
    .map(({ type, path, message }) => `${path} ${type}: ${message.slice(0, 200)}`);
}

/** The validator would go to the network for a context that is not in its cache. */
function assertKnown(document: object, contexts: Record<string, object>): void {
  const named = [(document as { '@context'?: string | string[] })['@context'] ?? []].flat();
  const unknown = named.filter((url) => url !== coreContext && !(url in contexts));
  if (unknown.length > 0) throw new Error(`no document is given for the contexts ${unknown.join(', ')}`);
}

const caches = new Map<string, string>();

/** A directory in the form of the validator's cache; one per set of contexts. */
function filledCache(contexts: Record<string, object>): string {
  const key = JSON.stringify(contexts);
  const known = caches.get(key);
  if (known) return known;
  const directory = mkdtempSync(join(tmpdir(), 'openactive-contexts-'));
  for (const [url, data] of Object.entries(contexts)) {
    const entry = {
      errorCode: 'error_none',
      data,
      statusCode: 200,
      url,
      exception: null,
      contentType: 'application/ld+json',
      fetchTime: Date.now(),
    };
    writeFileSync(join(directory, `${createHash('sha256').update(url).digest('hex')}.json`), JSON.stringify(entry));
  }
  caches.set(key, directory);
  process.once('exit', () => rmSync(directory, { recursive: true }));
  return directory;
}
