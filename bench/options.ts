import { parseArgs } from 'node:util';
import type { Kind } from './stage/database.ts';

/** What can be measured by itself. */
export const parts = [
  'get',
  'create',
  'patch',
  'mixed',
  'operations',
  'workers',
  'bare',
  'peers',
  'start',
  'profile',
  'growth',
] as const;

export type Part = (typeof parts)[number];

export type Options = {
  quick: boolean;
  rounds: number;
  /** Of each run. */
  seconds: number;
  /** Before the rounds, of each variant. */
  warmUp: number;
  /** Absent: all. */
  only?: Part[];
  accounts: number;
  postgres: Kind;
  peers: boolean;
  /** How many accounts growth is measured up to; absent: it is not measured. */
  scale?: string;
  /** As they were given. */
  given: string[];
};

/** Whether a part is to be measured. */
export function wants({ only }: Options, part: Part): boolean {
  return only?.includes(part) ?? true;
}

const help = `npm run bench -- [options]      about 40 minutes, on a machine that has nothing else to do

  --quick            a few minutes, to see that it works: writes bench/quick-report.md
  --rounds <n>       how often everything is measured (3, quick: 2)
  --seconds <n>      how long each run takes (4, quick: 1)
  --only <a,b>       of ${parts.join(', ')}; writes no report
  --accounts <n>     in each of two organisations (10000, at least 1000)
  --postgres <kind>  embedded (the PostgreSQL that comes with Tessera) or debian
  --no-peers         leave parse-server and the others out
  --scale <1m|10m>   growth: up to how many accounts (1m; quick: none, unless --only has growth); 10m needs 60 GB of disk and half an hour more
`;

/** Ends the process for --help and for what it does not understand. */
export function parseOptions(given: string[]): Options {
  const { values } = readArguments(given);
  if (values.help) end(0, help);
  const quick = values.quick ?? false;
  const only = values.only?.split(',').map((part) => part.trim());
  for (const part of only ?? [])
    if (!(parts as readonly string[]).includes(part)) end(2, `There is no part ${part}.\n\n${help}`);
  const kind = values.postgres ?? 'embedded';
  if (kind !== 'embedded' && kind !== 'debian') end(2, `There is no PostgreSQL ${kind}.\n\n${help}`);
  const growing = only?.includes('growth');
  if (values.scale !== undefined && growing === false)
    end(2, `--scale is about growth, which --only leaves out.\n\n${help}`);
  const scale = values.scale ?? (quick && !growing ? undefined : '1m');
  if (scale !== undefined && !['1m', '10m'].includes(scale)) end(2, `There is no scale ${scale}.\n\n${help}`);
  return {
    quick,
    rounds: wholeNumber(values.rounds, quick ? 2 : 3),
    seconds: wholeNumber(values.seconds, quick ? 1 : 4),
    warmUp: quick ? 1 : 2,
    ...(only ? { only: only as Part[] } : {}),
    accounts: atLeast(1000, wholeNumber(values.accounts, 10_000)),
    postgres: kind as Kind,
    peers: !values['no-peers'],
    ...(scale === undefined ? {} : { scale }),
    given,
  };
}

function readArguments(given: string[]) {
  try {
    return parseArgs({
      args: given,
      options: {
        help: { type: 'boolean' },
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        only: { type: 'string' },
        accounts: { type: 'string' },
        postgres: { type: 'string' },
        'no-peers': { type: 'boolean' },
        scale: { type: 'string' },
      },
    });
  } catch (error) {
    return end(2, `${(error as Error).message}\n\n${help}`);
  }
}

function wholeNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  return /^[1-9]\d{0,7}$/.test(text) ? Number(text) : end(2, `${text} is not a whole number above 0.\n\n${help}`);
}

/** Some of the accounts hold much, and reads are drawn from among the others. */
function atLeast(least: number, count: number): number {
  return count >= least ? count : end(2, `${count} accounts are too few, ${least} are the least.\n\n${help}`);
}

function end(code: number, text: string): never {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exit(code);
}
