/**
 * One kind of request, as the load client sends it again and again. In `path`, `headers` and `body` these are replaced, in the whole
 * request by the same numbers:
 *
 * - `{n}` by a random number of `range`, `{n:10}` by the same with zeros in front to ten digits, `{n+250}` by 250 more than it
 * - `{new}` by a number that no request of this run of the benchmark had before, and so on likewise
 * - `{n%12+1:2}` by the rest of a division by 12, and 1 more than that, in two digits
 */
export type Operation = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Statuses that count as success. */
  expects: number[];
  /** From which `{n}` is, both included; absent: from 1 to the number of stored accounts. */
  range?: [number, number];
};

/** A server under load, with what it can be asked. */
export type Target = {
  name: string;
  /** Origin, without trailing slash. */
  url: string;
  operations: Record<string, Operation>;
  /** Its processes, for their memory and CPU time; not those of its database. */
  pids: number[];
  stop: () => Promise<void>;
};

/** Operations that are asked for in turn by lot, each as often as its weight has it. */
export type Mix = { operation: Operation; weight: number }[];
