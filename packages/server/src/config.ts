import { resolve } from 'node:path';
import { baseUrlFault } from '#operations/organisations/base-url.ts';

export type Config = {
  port: number;
  host: string;
  /** Origin of this installation, without trailing slash. */
  publicUrl: string;
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl?: string;
  dataDir: string;
  logLevel: string;
  /** Create the organisation `demo` with sample data on an empty database. */
  demo: boolean;
  trustedProxies: string[];
  addressLimits: { identified: number; unidentified: number };
};

/** Every mistake in the environment, in one message. */
export class ConfigError extends Error {}

/**
 * The only reader of the environment. See README "Configuration" for the table.
 *
 * @throws ConfigError that lists every mistake
 */
export function readConfig(environment: Record<string, string | undefined>, directory: string): Config {
  const mistakes: string[] = [];
  const value = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  const wholeNumber = (name: string, fallback: number, least: number, most: number) => {
    const text = value(name);
    if (text === undefined) return fallback;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    mistakes.push(`${name} must be a whole number from ${least} to ${most}`);
    return fallback;
  };
  const port = wholeNumber('PORT', 8080, 0, 65535);
  const host = value('HOST') ?? '127.0.0.1';
  const publicUrl =
    value('PUBLIC_URL') ?? `http://${['0.0.0.0', '::', '::1'].includes(host) ? '127.0.0.1' : host}:${port}`;
  for (const fault of baseUrlFault(publicUrl)) mistakes.push(`PUBLIC_URL ${fault.message}`);
  const databaseUrl = value('DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl))
    mistakes.push('DATABASE_URL must start with postgres:// or postgresql://');
  const logLevel = value('LOG_LEVEL') ?? 'info';
  if (!['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].includes(logLevel))
    mistakes.push('LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent');
  const demo = value('DEMO') ?? 'true';
  if (demo !== 'true' && demo !== 'false') mistakes.push('DEMO must be true or false');
  const config: Config = {
    port,
    host,
    publicUrl,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    dataDir: resolve(directory, value('DATA_DIR') ?? '.tessera'),
    logLevel,
    demo: demo === 'true',
    trustedProxies: (value('TRUSTED_PROXIES') ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
    addressLimits: {
      identified: wholeNumber('ADDRESS_LIMIT', 150, 1, 1_000_000),
      unidentified: wholeNumber('ADDRESS_LIMIT_UNIDENTIFIED', 2, 1, 1_000_000),
    },
  };
  if (mistakes.length > 0)
    throw new ConfigError(
      `The environment has ${mistakes.length === 1 ? 'a mistake' : 'mistakes'}:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`,
    );
  return config;
}
