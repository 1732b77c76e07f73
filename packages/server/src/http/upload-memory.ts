import { Refusal } from '#domain/refusal.ts';

const firstSize = 64 * 1024;

/** The memory that all uploads of the process together may fill: what comes too much is refused, and may come again later. */
export class UploadMemory {
  #free: number;

  /** @param size bytes */
  constructor(size: number) {
    this.#free = size;
  }

  get free(): number {
    return this.#free;
  }

  /** The share of one upload, which grows with it; `using` gives it back. */
  open(): UploadShare {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#free) {
          const message = 'Too many files are being uploaded just now.';
          throw new Refusal({ kind: 'unavailable', retryAfter: 5, message });
        }
        this.#free -= bytes;
        taken += bytes;
      },
      [Symbol.dispose]: () => {
        this.#free += taken;
        taken = 0;
      },
    };
  }
}

export type UploadShare = Disposable & {
  /** Throws Refusal `unavailable` when there is not so much left. */
  take: (bytes: number) => void;
};

/** Collects bytes in one piece: kept as they come, small chunks would take many times their own size. */
export class GrowingBytes {
  readonly #share: UploadShare;
  readonly #limit: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** @param limit bytes, at most */
  constructor(share: UploadShare, limit: number) {
    this.#share = share;
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** What has been collected so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Returns false, and collects nothing, when the limit would be passed. */
  push(chunk: Buffer): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#limit) return false;
    if (length > this.#bytes.length) this.#grow(length);
    chunk.copy(this.#bytes, this.#length);
    this.#length = length;
    return true;
  }

  #grow(least: number): void {
    const size = Math.min(this.#limit, Math.max(least, this.#bytes.length * 2, firstSize));
    this.#share.take(size - this.#bytes.length);
    const larger = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(larger);
    this.#bytes = larger;
  }
}
