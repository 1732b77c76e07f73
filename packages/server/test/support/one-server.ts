import { inTwo } from './two-servers.ts';

const counting = 'each server counts requests by itself';
const mocking = 'makes the store of the one server fail or wait, from within';

/** Tests that need a server by itself, and why. Where the tests run against two (TESSERA_TEST_SERVERS=2) they are skipped. */
const reasons = {
  '429/429 identified and unidentified calls of one key have windows of their own; a malformed name is none': counting,
  'the quota is taken before permissions and bodies are looked at, not before the key': counting,
  '429 with Retry-After when the key has used up its share, with the fields of the limit before that': counting,
  '429 beyond the limit of the key, with when to come again; another key goes on': counting,
  '429 for an address that asks too much, in a sentence': counting,
  '200 /metrics: Prometheus text, with route patterns and without addresses': counting,
  '500 tells nothing of a defect': mocking,
  '500 without details for a defect, 503 with Retry-After while the database is away': mocking,
  '503 with Retry-After when the database is not available': mocking,
  '409 with Retry-After while the first request is still running': mocking,
};

/** The title of a test that is listed here, and the option that skips it where need be. */
export function alone(title: keyof typeof reasons): [title: string, { skip?: string }] {
  return [title, inTwo ? { skip: reasons[title] } : {}];
}
