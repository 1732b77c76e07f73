/** Pages of any origin may read the response (openactive.md 2.12): what is public, never accounts. */
export const anyOrigin = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, X-Request-Id',
};
