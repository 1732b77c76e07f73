import { validateHeaderName, validateHeaderValue } from './node-http.ts';

/** Headers of the connection: anybody's but node's own would change where a request goes or how it is read. */
const reserved = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a header of a subscription can be sent: name and value as HTTP allows them, and not one of the connection. */
export function isSendable(name: string, value: string): boolean {
  if (reserved.has(name.toLowerCase())) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false; // the only way in which node says no
  }
}
