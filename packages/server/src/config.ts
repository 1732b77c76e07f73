import { isIP, isIPv4, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { parseKey } from '#operations/evidence/settings.ts';
import { baseUrlFault } from '#operations/organisations/base-url.ts';

export type Config = {
  /** 0: any free port. */
  port: number;
  host: string;
  /** PUBLIC_URL, without trailing slash, where set; see {@link publicUrlOf}. */
  publicUrl?: string;
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl?: string;
  /** A hot standby of that database, for feeds, history and exports. */
  replicaUrl?: string;
  dataDir: string;
  logLevel: string;
  /** Create the organisation `demo` with sample data on an empty database. */
  demo: boolean;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  addressLimits: { identified: number; unidentified: number };
  evidence: {
    /** EVIDENCE_KEY, 32 bytes, where set; otherwise the server keeps one in `dataDir`. */
    key?: Buffer;
    /** Largest uploaded file, bytes. */
    maxFileSize: number;
    /** Days for which files are kept after the decision. */
    retentionDays: number;
  };
  /** How many processes serve requests, on the one port. */
  workers: number;
  /** Whether this server also does what no request waits for; otherwise `tessera worker` does. */
  worker: boolean;
  /** Where `tessera worker` answers for its health and metrics; absent: nowhere. */
  workerPort?: number;
  webhooks: {
    /** Networks in which receivers may be although they are not public. */
    allowedNetworks: string[];
    /** How long an attempt may take, milliseconds. */
    timeout: number;
    /** Milliseconds from one attempt to the next. */
    retryDelays: number[];
  };
};

/** Seconds from one attempt to the next: 75 h 35 min for ten attempts (imin.md 2.11). */
const retrySeconds = '5,300,1800,7200,18000,36000,50400,72000,86400';

/** Every mistake in the environment, in one message. */
export class ConfigError extends Error {}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * The only reader of the environment. See README "Configuration" for the table. An empty variable counts as unset.
 *
 * @param directory where a relative DATA_DIR starts
 * @throws ConfigError that lists every mistake
 */
export function readConfig(environment: Record<string, string | undefined>, directory: string): Config {
  const mistakes: string[] = [];
  const value = (name: string) => environment[name]?.trim() || undefined;
  const wholeNumber = (name: string, fallback: number, least: number, most: number): number => {
    const text = value(name) ?? String(fallback);
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    mistakes.push(`${name} must be a whole number from ${least} to ${most}`);
    return fallback;
  };
  const oneOf = (name: string, fallback: string, words: string[]): string => {
    const text = value(name) ?? fallback;
    if (!words.includes(text)) mistakes.push(`${name} must be one of ${words.join(', ')}`);
    return text;
  };
  const keyText = value('EVIDENCE_KEY');
  const key = keyText === undefined ? undefined : parseKey(keyText);
  if (keyText !== undefined && !key)
    mistakes.push('EVIDENCE_KEY must be 32 random bytes in base64, as "openssl rand -base64 32" prints them');
  const networks = (name: string): string[] => {
    const listed = (value(name) ?? '').split(',').flatMap((part) => part.trim() || []);
    for (const one of listed.filter((text) => !isNetwork(text)))
      mistakes.push(`${name} must list IP addresses and networks such as 10.0.0.0/8; ${one} is neither`);
    return listed;
  };
  const seconds = (name: string, fallback: string): number[] => {
    const listed = (value(name) ?? fallback).split(',').map((part) => part.trim());
    if (listed.length <= 30 && listed.every((part) => /^[1-9]\d{0,6}$/.test(part))) return listed.map(Number);
    mistakes.push(`${name} must list at most 30 whole numbers of seconds, such as 5,300,1800`);
    return [];
  };
  const publicUrl = value('PUBLIC_URL');
  const workerPort = value('WORKER_PORT');
  const databaseUrl = value('DATABASE_URL');
  const replicaUrl = value('DATABASE_REPLICA_URL');
  const config: Config = {
    port: wholeNumber('PORT', 8080, 0, 65_535),
    host: value('HOST') ?? '127.0.0.1',
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(replicaUrl === undefined ? {} : { replicaUrl }),
    dataDir: resolve(directory, value('DATA_DIR') ?? '.tessera'),
    logLevel: oneOf('LOG_LEVEL', 'info', logLevels),
    demo: oneOf('DEMO', 'true', ['true', 'false']) === 'true',
    trustedProxies: networks('TRUSTED_PROXIES'),
    addressLimits: {
      identified: wholeNumber('ADDRESS_LIMIT', 150, 1, 1_000_000),
      unidentified: wholeNumber('ADDRESS_LIMIT_UNIDENTIFIED', 2, 1, 1_000_000),
    },
    evidence: {
      ...(key === undefined ? {} : { key }),
      maxFileSize: wholeNumber('EVIDENCE_MAX_FILE_MIB', 10, 1, 50) * 1024 * 1024,
      retentionDays: wholeNumber('EVIDENCE_RETENTION_DAYS', 30, 0, 3650),
    },
    workers: wholeNumber('WORKERS', 1, 1, 64),
    worker: oneOf('WORKER', 'true', ['true', 'false']) === 'true',
    ...(workerPort === undefined ? {} : { workerPort: wholeNumber('WORKER_PORT', 0, 1, 65_535) }),
    webhooks: {
      allowedNetworks: networks('WEBHOOK_ALLOWED_NETWORKS'),
      timeout: wholeNumber('WEBHOOK_TIMEOUT_SECONDS', 20, 1, 60) * 1000,
      retryDelays: seconds('WEBHOOK_RETRY_SECONDS', retrySeconds).map((one) => one * 1000),
    },
  };
  mistakes.push(...urlMistakes(config));
  if (databaseUrl !== undefined) mistakes.push(...databaseUrlMistakes('DATABASE_URL', databaseUrl));
  if (replicaUrl !== undefined) mistakes.push(...databaseUrlMistakes('DATABASE_REPLICA_URL', replicaUrl));
  if (replicaUrl !== undefined && databaseUrl === undefined)
    mistakes.push('DATABASE_REPLICA_URL must name a standby of the database in DATABASE_URL, which is not set');
  if (mistakes.length === 0) return config;
  const title = mistakes.length === 1 ? 'The environment has a mistake:' : 'The environment has mistakes:';
  throw new ConfigError([title, ...mistakes.map((mistake) => `  - ${mistake}`)].join('\n'));
}

/**
 * Origin of this installation, without trailing slash: PUBLIC_URL, else where a client on this machine finds the server.
 *
 * @param port the port that is listened on, where PORT=0 left it open
 */
export function publicUrlOf(config: Config, port: number = config.port): string {
  return config.publicUrl ?? localUrlOf(config, port);
}

/** Where a client on this machine finds the server, whatever stands between it and the public. */
export function localUrlOf({ host }: Config, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  if (host === '::1') return `http://localhost:${port}`; // an IPv6 address cannot be part of an `@id`
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function urlMistakes(config: Config): string[] {
  if (!isIP(config.host) && !/^[a-z0-9.-]+$/i.test(config.host)) {
    const own = config.publicUrl === undefined ? [] : baseUrlFault(config.publicUrl);
    return ['HOST must be an IP address or a host name', ...own.map((fault) => `PUBLIC_URL ${fault.message}`)];
  }
  const url = publicUrlOf(config, config.port || 8080); // 0 is none yet, and any other is as good
  const [fault] = baseUrlFault(url);
  if (!fault) return [];
  if (config.publicUrl !== undefined) return [`PUBLIC_URL ${fault.message}`];
  return [`PUBLIC_URL must be set, because ${url}, from HOST and PORT, cannot be part of public addresses`];
}

function databaseUrlMistakes(name: string, text: string): string[] {
  if (!/^postgres(ql)?:\/\//.test(text)) return [`${name} must start with postgres:// or postgresql://`];
  // A user without a host (the host is a socket directory in the query) is fine for PostgreSQL, but not for URL.
  const url = URL.parse(text) ?? URL.parse(text.replace('@/', '@host/'));
  return url ? [] : [`${name} must be a URL; special characters in user name and password are percent-encoded`];
}

/** `192.0.2.1`, `2001:db8::1`, `10.0.0.0/8`, `2001:db8::/32` */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || !isIP(address)) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}
