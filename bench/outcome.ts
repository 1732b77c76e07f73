import type { Fact } from './configuration.ts';
import type { Growth } from './growth/growth.ts';
import type { Limited } from './measure/limited.ts';
import type { Memory } from './measure/processes.ts';
import type { Profile } from './measure/profile.ts';
import type { Results } from './measure/rounds.ts';
import type { Started } from './measure/start.ts';
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
  /** Of the server, at the end of the rounds; `peak`: largest resident set until then. */
  loaded: Memory & { peak: number };
  started: Started[];
  /** Where the time of the server goes. */
  profiles: Profile[];
  limited?: Limited;
  growth?: Growth;
  /** Sentences about what is not measured, and why. */
  missing: string[];
  minutes: number;
};

/** Everything that went wrong in what was measured. */
export function errorsIn({ results, limited, growth }: Outcome): number {
  const runs = [...[...results.values()].flat(), ...(limited?.runs ?? []).map(({ measured }) => measured)];
  const counts = [...runs.map(({ errors }) => errors), ...(growth?.figures ?? []).map(({ errors }) => errors)];
  return counts.reduce((sum, count) => sum + count, 0);
}
