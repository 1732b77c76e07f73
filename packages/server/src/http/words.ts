import { Refusal, type RefusalReason } from '#domain/refusal.ts';

/** Waits for an operation. What it refuses in domain words is thrown again in those of the dialect. */
export async function inWords<T>(work: Promise<T>, translate: (reason: RefusalReason) => RefusalReason): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(translate(error.reason)) : error;
  }
}
