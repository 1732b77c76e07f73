import { parentPort, workerData } from 'node:worker_threads';
import decode from 'heic-decode';
import type { Decoded, HeicTask } from './heic.ts';

/** Decodes one HEIC in a thread of its own, where it can be stopped, and posts what became of it. */
const { bytes, maxPixels } = workerData as HeicTask;

parentPort?.postMessage(...(await decoded()));

async function decoded(): Promise<[Decoded, ArrayBuffer[]]> {
  try {
    const [image] = await decode.all({ buffer: bytes });
    if (!image) return [{ fault: 'unreadable' }, []];
    const { width, height } = image;
    if (width * height === 0) return [{ fault: 'unreadable' }, []];
    if (width * height > maxPixels) return [{ fault: 'too-many-pixels' }, []];
    const { data } = await image.decode();
    return [{ width, height, data }, [data.buffer]];
  } catch {
    // The decoder gives no reason that would mean anything to the sender.
    return [{ fault: 'unreadable' }, []];
  }
}
