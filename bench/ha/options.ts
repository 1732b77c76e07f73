import { parseArgs } from 'node:util';
import { type Failure, failures } from './failures.ts';

export type Options = {
  /** Of load before and after each failure. */
  seconds: number;
  /** What befalls the cluster, in this order. */
  sequence: readonly Failure[];
  /** Whether this is the run that bench/ha/report.md is of: nothing was chosen. */
  complete: boolean;
};

const help = `npm run bench:ha -- [options]   high availability; without options it writes bench/ha/report.md

  --seconds <n>       of load before and after each failure (10)
  --failures <a,b>    which ones, in this order, of ${Object.keys(failures).join(', ')}
  --kills <n>         how many failures; after the last of the list comes the first again (each once)
`;

/** Ends the process for --help and for what it does not understand. */
export function parseOptions(given: string[]): Options {
  const { values } = readArguments(given);
  if (values.help) end(0, help);
  const chosen = (values.failures?.split(',') ?? Object.keys(failures)).map(failureOf);
  const kills = wholeNumber(values.kills, chosen.length);
  return {
    seconds: wholeNumber(values.seconds, 10),
    sequence: Array.from({ length: kills }, (_, kill) => chosen[kill % chosen.length] as Failure),
    complete: given.length === 0,
  };
}

function readArguments(given: string[]) {
  try {
    return parseArgs({
      args: given,
      options: {
        help: { type: 'boolean' },
        seconds: { type: 'string' },
        failures: { type: 'string' },
        kills: { type: 'string' },
      },
    });
  } catch (error) {
    return end(2, `${(error as Error).message}\n\n${help}`);
  }
}

function failureOf(name: string): Failure {
  const failure = Object.hasOwn(failures, name.trim()) ? failures[name.trim()] : undefined;
  return failure ?? end(2, `There is no failure "${name}".\n\n${help}`);
}

function wholeNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  return /^[1-9]\d{0,3}$/.test(text)
    ? Number(text)
    : end(2, `${text} is not a whole number from 1 to 9999.\n\n${help}`);
}

function end(code: number, text: string): never {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exit(code);
}
