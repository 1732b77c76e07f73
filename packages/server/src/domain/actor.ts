import type { Organisation } from './organisation.ts';
import { dateIn } from './time.ts';

/** `pages`: what people open in a browser, by links that need no key. */
export type DialectName = 'native' | 'openactive' | 'imin' | 'entur' | 'pages';

/** Who acts, for whom, when: handed to every operation, recorded in every audit record. */
export type Actor = {
  organisation: Organisation;
  /** The API client; id 0 is Tessera itself (jobs, command line), or somebody without a key (pages). */
  client: { id: number; name: string };
  dialect: DialectName | 'job' | 'command-line';
  /** `createdBy` / `changedBy`: ET-Client-Name where given, else the API client's name. */
  name: string;
  /** The one instant of the request. */
  now: Date;
  correlationId: string;
  requestId: string;
  /** Resolves to whether the actor may what it has begun; absent: it may. Before that nothing is recorded of it. */
  admitted?: Promise<boolean>;
};

/** The calendar date of the request in the organisation's time zone. */
export function todayOf({ organisation, now }: Pick<Actor, 'organisation' | 'now'>): string {
  return dateIn(organisation.timeZone, now);
}
