import type { Fact } from './configuration.ts';
import type { Growth } from './growth/growth.ts';
import type { Limited } from './measure/limited.ts';
import type { Memory } from './measure/processes.ts';
import type { Profile } from './measure/profile.ts';
import type { Results } from './measure/rounds.ts';
import type { Started } from './measure/start.ts';
import type { Measured } from './measure/variant.ts';
import type { Options } from './options.ts';
import type { Tried } from './references/best.ts';

/** Everything that a run has found out. */
export type Outcome = {
  options: Options;
  facts: Fact[];
  /** Name and version of what took part. */
  versions: [string, string][];
  results: Results;
  /** For each reference the titles of those of its variants that went into the rounds. */
  best: Map<string, string[]>;
  tried: Tried[];
  /** Before the rounds, of each variant. */
  warmUps: Measured[];
  /** Of the server, at the end of the rounds; `peak`: largest resident set until then. */
  loaded: Memory & { peak: number };
  started: Started[];
  /** Where the time of the server goes. */
  profiles: Profile[];
  limited?: Limited;
  growth?: Growth;
  /** It ended with an error, which stands among what is missing. */
  growthFailed?: boolean;
  /** Sentences about what is not measured, and why. */
  missing: string[];
  minutes: number;
};

/** Everything that went wrong in what was measured. */
export function errorsIn({ results, tried, warmUps, profiles, limited, growth }: Outcome): number {
  const all: { errors: number }[] = [
    ...[...results.values()].flat(),
    ...[...tried, ...(limited?.runs ?? [])].map(({ measured }) => measured),
    ...warmUps,
    ...profiles,
    ...(growth?.warmUps ?? []),
    ...(growth?.figures ?? []),
  ];
  return all.reduce((sum, { errors }) => sum + errors, 0);
}

/** What others took of the machine during each run of the rounds, per cent, and how many runs were done again for it. */
export function disturbance({ results, growth }: Outcome): { elsewhere: number[]; repeated: number; runs: number } {
  const runs = [...[...results.values()].flat(), ...(growth?.figures ?? []).flatMap((figure) => figure.runs)];
  const elsewhere = runs.map((run) => run.elsewhere * 100);
  return { elsewhere, repeated: runs.filter(({ repeated }) => repeated).length, runs: runs.length };
}
