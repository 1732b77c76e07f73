/** What is asked of the server: writes, reads, the change log, and whether it is ready. */
export type Kind = 'create' | 'patch' | 'read' | 'follow' | 'readyz';

/** How one request ended; times in milliseconds as performance.now() has them. */
type Noted = { kind: Kind; word: string; began: number; ended: number };

/** What a request may be answered with: the good answer, or 503 with Retry-After. */
const allowed: Record<Kind, readonly string[]> = {
  create: ['201', '503'],
  patch: ['200', '503'],
  read: ['200', '503'],
  follow: ['200', '503'],
  readyz: ['200', '503'],
};

export type Figures = {
  /** Longest time without a good answer, seconds. */
  writeGap: number;
  readGap: number;
  /** Longest time that any request was under way, seconds. A follower's wait is not counted. */
  longest: number;
  /** How often each answer came, by kind: `create 201`. */
  counts: Map<string, number>;
  /** From the first answer that was not good to the last one, seconds after the beginning. */
  trouble: { first: number; last: number } | undefined;
};

/** Notes how every request ended. */
export class Watch {
  readonly #notes: Noted[] = [];
  /** What must not be, each once with the first answer of its sort. */
  readonly faults = new Map<string, string>();

  note(kind: Kind, word: string, began: number, text: string): void {
    this.#notes.push({ kind, word, began, ended: performance.now() });
    const name = `${kind} was answered ${word}`;
    if (!allowed[kind].includes(word) && !this.faults.has(name)) this.faults.set(name, text.slice(0, 300));
  }

  /** Whether a write that began after an instant has succeeded. */
  wroteSince(from: number): boolean {
    return (
      this.#notes.findLast(
        (one) => (one.kind === 'create' || one.kind === 'patch') && good(one) && one.began > from,
      ) !== undefined
    );
  }

  /** Says that a promise was broken. */
  fault(name: string, detail = ''): void {
    if (!this.faults.has(name)) this.faults.set(name, detail);
  }

  /** What clients saw between two instants. */
  between(from: number, to: number): Figures {
    const notes = this.#notes.filter(({ ended }) => ended >= from && ended <= to);
    const gap = (...kinds: Kind[]) =>
      longestGap(
        notes.filter((one) => kinds.includes(one.kind) && good(one)),
        from,
        to,
      );
    const counts = new Map<string, number>();
    for (const { kind, word } of notes) counts.set(`${kind} ${word}`, (counts.get(`${kind} ${word}`) ?? 0) + 1);
    const bad = notes.filter((one) => !good(one)).map(({ ended }) => (ended - from) / 1000);
    const [first] = bad;
    return {
      writeGap: gap('create', 'patch'),
      readGap: gap('read'),
      longest: max(notes.filter(({ kind }) => kind !== 'follow').map(({ began, ended }) => ended - began)) / 1000,
      counts: new Map([...counts].sort()),
      trouble: first === undefined ? undefined : { first, last: max(bad) },
    };
  }
}

function good({ word }: Noted): boolean {
  return word === '200' || word === '201';
}

/** Longest time, in seconds, in which none of these ended; they are in the order of their ends. */
function longestGap(notes: readonly Noted[], from: number, to: number): number {
  let last = from;
  let longest = 0;
  for (const { ended } of notes) {
    longest = Math.max(longest, ended - last);
    last = ended;
  }
  return Math.max(longest, to - last) / 1000;
}

function max(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
