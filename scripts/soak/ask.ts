/** An answer; or `lost`: the connection ended before it was whole, `late`: it did not come within a minute. */
export type Asked = { status: number; headers: Headers; text: string } | 'lost' | 'late';

/** Longer than any request may take, also one that waits for changes. */
const patience = 60_000;

/** Sends one request. Throws the signal's reason. */
export async function ask(url: string, request: RequestInit, signal: AbortSignal): Promise<Asked> {
  const late = AbortSignal.timeout(patience);
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.any([signal, late]) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (late.aborted) return 'late';
    if (error instanceof TypeError) return 'lost'; // fetch's word for a connection that failed
    throw error;
  }
}
