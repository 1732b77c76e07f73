import { Refusal } from '#domain/refusal.ts';

/** What a start that was cut short, or another server that starts just now, has created before is left as it is. */
export async function unlessThere<T>(creation: Promise<T>): Promise<T | undefined> {
  try {
    return await creation;
  } catch (error) {
    if (error instanceof Refusal && ['taken', 'exists'].includes(error.reason.kind)) return undefined;
    throw error;
  }
}
