/** A message of a stream of Server-Sent Events; comments have no id. */
export type StreamEvent = { id?: string; event?: string; data: string };

/** The whole messages of a stream, until it ends or breaks. What is cut off in the middle is no message. */
export async function* eventsOf({ body }: Response): AsyncGenerator<StreamEvent> {
  let text = '';
  for await (const piece of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    const parts = (text + piece).split('\n\n');
    text = parts.pop() as string;
    yield* parts.map(eventOf);
  }
}

function eventOf(part: string): StreamEvent {
  const fields = part.split('\n').map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { data: '', ...Object.fromEntries(fields) };
}
