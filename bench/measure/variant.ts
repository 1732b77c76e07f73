/** Processor time of whoever took part, seconds. */
export type Cost = { client: number; server: number; postgres: number };

/** What one run of a variant showed. */
export type Measured = {
  perSecond: number;
  requests: number;
  errors: number;
  /** Answers by status, where there are any. */
  statuses?: Record<string, number>;
  /** Milliseconds, where the client tells. */
  p50?: number;
  p99?: number;
  cost: Cost;
  /** Share of the machine's processor time that went to none of those who took part. */
  elsewhere: number;
  /** It was measured a second time, because others took much of the machine the first time. */
  repeated?: true;
};

/** Something that is measured once in every round. */
export type Variant = {
  name: string;
  /** Requests, or transactions, under way at a time. */
  connections: number;
  /** Runs for half as long as the others. */
  brief?: true;
  run: (seconds: number) => Promise<Measured>;
};

/** How a variant is called in tables. */
export function titleOf({ name, connections }: Pick<Variant, 'name' | 'connections'>): string {
  return `${name} @${connections}`;
}
