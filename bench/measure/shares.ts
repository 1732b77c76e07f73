/** A part of the busy time, 0 to 1. */
export type Share = { where: string; share: number };

/** What `node --cpu-prof` writes; times in microseconds of the system's monotonic clock. */
export type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
};

/** The first pattern that fits the file of the innermost function that has one; functions of the runtime count for their caller. */
const places: [where: string, file: RegExp][] = [
  ['sending to sockets: answers, queries (system calls)', /stream_base_commons/],
  ['HTTP of Node', /^node:(_http|internal\/http)|^node:net|^node:http/],
  [
    'streams, events, timers, promises of Node',
    /^node:(internal\/(streams|process|timers|util|perf)|events|timers|async_hooks|diagnostics)/,
  ],
  ['digests and random numbers', /^node:internal\/crypto|organisation-hmac|canonicalize/],
  ['the rest of Node', /^node:/],
  ['Fastify and its router', /node_modules\/(fastify|find-my-way|avvio|@fastify)/],
  ['driver of PostgreSQL', /node_modules\/(pg|postgres-)/],
  [
    'log and metrics',
    /node_modules\/(.*pino|.*sonic-boom|prom-client)|line-buffer|request-log|start\/log|http\/metrics/,
  ],
  ['other libraries', /node_modules/],
  ['records of reads', /read-record|operations\/reads/],
  ['store: look-ups shared, writes made into batches', /src\/store/],
  ['http: checks, JSON, validation, sending', /src\/http/],
  ['dialect: parsing and rendering', /src\/dialects/],
  ['operations and rules', /src\/(operations|domain)/],
];

/**
 * Where the main thread was busy between two instants (microseconds of the monotonic clock), the largest part first. Garbage
 * collection on the main thread is a part of its own; what helper threads do is not in the profile.
 */
export function sharesOf(profile: CpuProfile, { from, to }: { from: number; to: number }): Share[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const placeOf = (id: number): string | undefined => {
    const own = nodes.get(id)?.callFrame.functionName;
    if (own === '(idle)') return undefined;
    if (own === '(garbage collector)') return 'garbage collection';
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = nodes.get(at)?.callFrame.url;
      if (url) return places.find(([, file]) => file.test(url))?.[0] ?? 'the rest';
    }
    return 'the runtime itself';
  };
  const times = new Map<string, number>();
  const known = new Map<number, string | undefined>();
  let now = profile.startTime;
  let busy = 0;
  profile.samples.forEach((id, index) => {
    const delta = profile.timeDeltas[index] ?? 0;
    now += delta;
    if (now < from || now > to) return;
    if (!known.has(id)) known.set(id, placeOf(id));
    const where = known.get(id);
    if (where === undefined) return;
    times.set(where, (times.get(where) ?? 0) + delta);
    busy += delta;
  });
  return [...times]
    .map(([where, time]) => ({ where, share: time / busy }))
    .sort((one, other) => other.share - one.share);
}
