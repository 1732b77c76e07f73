import type { Fault } from './refusal.ts';

/** A static header that every message of a subscription carries. */
export type StaticHeader = { name: string; value: string };

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const visible = /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/;

/** What belongs to the connection (RFC 9110, 7.6.1), says where a message goes or how it is read, or is Tessera's own to say. */
const reserved = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'date',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);
const reservedPrefixes = ['content-', 'proxy-', 'tessera-', 'webhook-', 'x-forwarded-'];

/** What is wrong with a static header; paths begin at the header. */
export function headerFaults({ name, value }: Partial<StaticHeader>): Fault[] {
  const faults: Fault[] = [];
  if (name === undefined) faults.push({ path: ['name'], code: 'required', message: 'is required' });
  else if (!token.test(name)) {
    const message = 'must be the name of a header field: 1 to 100 letters, digits and - or other characters of a token';
    faults.push({ path: ['name'], code: 'format', message });
  } else if (isReserved(name)) {
    const message = 'must not be a header field that belongs to the connection or that Tessera sets itself';
    faults.push({ path: ['name'], code: 'reserved', message });
  }
  if (value === undefined) faults.push({ path: ['value'], code: 'required', message: 'is required' });
  else if (!visible.test(value)) {
    const message = 'must be 1 to 1024 visible ASCII characters, with spaces between them only';
    faults.push({ path: ['value'], code: 'format', message });
  }
  return faults;
}

function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  return reserved.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix));
}
