import { type NoAnswer, Upgraded } from './exchange.ts';
import { STATUS_CODES } from './node-http.ts';

/**
 * Why an attempt failed, in one word that stays the same:
 *
 * - `blocked-address`: the URL leads to where webhooks may not go; nothing was connected to
 * - `dns`: the name has no address, or its name server does not answer
 * - `connect`: no connection
 * - `tls`: no encrypted connection, or a certificate that is not right
 * - `timeout`: the time ran out, wherever
 * - `reset`: the connection ended before an answer
 * - `protocol`: the answer is not HTTP
 * - `redirect`: 3xx, which is not followed
 * - `status`: any other answer that is not 2xx
 * - `header`: a header of the subscription cannot be sent
 * - `cancelled`: the caller ended the attempt, so that it says nothing of the endpoint
 */
export type AttemptErrorCode =
  | 'blocked-address'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'protocol'
  | 'redirect'
  | 'status'
  | 'header'
  | 'cancelled';

/** `message` is a sentence that whoever runs the endpoint can act on, without header values and anything of the body. */
export type AttemptError = { code: AttemptErrorCode; message: string };

/** An attempt that ends with this as the reason of its end. */
export class AttemptStop extends Error {
  readonly code: 'timeout' | 'cancelled' | 'blocked-address';

  constructor(code: AttemptStop['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const unresolved: Record<string, string> = {
  ENOTFOUND: 'does not exist, or has no address',
  ENODATA: 'has no address',
  ETIMEOUT: 'could not be resolved: its name servers do not answer',
  ESERVFAIL: 'could not be resolved: its name servers have a problem',
  EAI_AGAIN: 'could not be resolved just now',
};

const unconnected: Record<string, string> = {
  ECONNREFUSED: 'The endpoint refused the connection.',
  ETIMEDOUT: 'The endpoint did not answer to the attempt to connect.',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'The endpoint did not answer to the attempt to connect.',
  EHOSTUNREACH: 'There is no way to the address of the endpoint.',
  ENETUNREACH: 'There is no way to the network of the endpoint.',
};

const untrusted: Record<string, string> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'comes without the intermediate certificates, or is of an authority that is not trusted',
};

/** Whether the receiver may have closed a connection that was kept, before it saw the request. */
export function isStale({ phase, reused, cause }: NoAnswer): boolean {
  return reused && phase === 'answer' && isReset(codeOf(cause));
}

/** What to say about an exchange without an answer. */
export function errorOf({ phase, cause }: NoAnswer, host: string): AttemptError {
  if (cause instanceof AttemptStop) {
    return {
      code: cause.code,
      message: cause.code === 'timeout' ? `${cause.message} ${waitedFor[phase]}` : cause.message,
    };
  }
  if (cause instanceof Upgraded) {
    return { code: 'protocol', message: 'The endpoint wanted to change to another protocol instead of answering.' };
  }
  const code = codeOf(cause);
  if (phase === 'dns')
    return { code: 'dns', message: `The name ${host} ${unresolved[code] ?? `could not be resolved (${code})`}.` };
  if (phase === 'tls' || isTls(code)) return { code: 'tls', message: tlsMessage(code) };
  if (phase !== 'answer')
    return { code: 'connect', message: unconnected[code] ?? `There is no connection to the endpoint (${code}).` };
  if (code.startsWith('HPE_'))
    return { code: 'protocol', message: `The endpoint did not answer in valid HTTP (${code}).` };
  const how = isReset(code) ? '' : ` (${code})`;
  return { code: 'reset', message: `The endpoint closed the connection before it answered${how}.` };
}

/** What to say about an answer; undefined for 2xx, the only success. */
export function errorOfStatus(status: number): AttemptError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const shown = [status, STATUS_CODES[status]].filter(Boolean).join(' ');
  if (status >= 300 && status < 400) {
    return {
      code: 'redirect',
      message: `The endpoint answered ${shown}; redirects are not followed, so give the final URL.`,
    };
  }
  const hint = status === 410 ? ', so it wants no more deliveries' : '';
  return { code: 'status', message: `The endpoint answered ${shown}${hint}.` };
}

const waitedFor = {
  queue: 'All connections to the endpoint were in use.',
  dns: 'Its name was not resolved by then.',
  connect: 'There was no connection by then.',
  tls: 'The connection was not encrypted by then.',
  answer: 'The request was sent, but there was no answer by then.',
};

function tlsMessage(code: string): string {
  const fault = untrusted[code];
  if (fault !== undefined) return `The certificate of the endpoint ${fault}.`;
  return `There is no encrypted connection to the endpoint: the TLS handshake failed (${code}).`;
}

/** A server that asks for a certificate of ours says so only after the handshake. */
function isTls(code: string): boolean {
  return code.startsWith('ERR_SSL_') || code === 'EPROTO';
}

function isReset(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'no reason given';
}
