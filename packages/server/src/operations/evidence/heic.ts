import { Worker } from 'node:worker_threads';

/** What the worker is asked to do. */
export type HeicTask = { bytes: Uint8Array; maxPixels: number };

/** Pixels with four channels (RGBA), or why there are none. */
export type Decoded =
  | { width: number; height: number; data: Uint8ClampedArray }
  | { fault: 'unreadable' | 'too-many-pixels' | 'too-slow' };

/**
 * Decodes a HEIC in a thread of its own: the decoder is WebAssembly, so a hostile file can take time and memory, but not more than
 * the thread is given.
 *
 * @throws Error when the thread fails for another reason than the file
 */
export function decodeHeic(task: HeicTask, timeout = 30_000): Promise<Decoded> {
  const bytes = new Uint8Array(task.bytes); // a copy of its own, to be given away
  const worker = new Worker(new URL('./heic-worker.ts', import.meta.url), {
    workerData: { ...task, bytes },
    transferList: [bytes.buffer],
    stdout: true, // what the decoder prints is of no use to anybody
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Decoded>();
  const timer = setTimeout(() => resolve({ fault: 'too-slow' }), timeout);
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve({ fault: 'unreadable' });
    else reject(error);
  });
  worker.once('exit', (code) => reject(new Error(`The HEIC decoder ended with code ${code} without an answer.`)));
  return promise.finally(async () => {
    clearTimeout(timer);
    await worker.terminate();
  });
}
