import type { Call } from '#http/call.ts';
import type { Stream } from '#http/stream.ts';
import { type ChangePage, readChanges } from '#operations/changes/read.ts';
import { followingEnded } from './change-permission.ts';
import type { Following } from './change-query.ts';
import { renderChanges, type ShownChange } from './change-render.ts';

/** Milliseconds after which a client that lost its stream asks again. */
const retry = 1000;

/**
 * Changes as Server-Sent Events, from the first page on until the client goes, the server stops, the key is revoked, or the time of a
 * stream is over. Every message has an id with which the client can go on.
 *
 * @param from where the follower begins
 * @param first what was found there
 * @throws Refusal `rate-limit`, `unavailable` when there is no place for another stream
 */
export function streamOfChanges(call: Call, following: Following, from: number, first: ChangePage): Stream {
  const over = call.waiting.enter();
  return { pieces: messages(call, following, from, first, over), over: over.signal };
}

async function* messages(
  call: Call,
  following: Following,
  from: number,
  first: ChangePage,
  over: AbortController,
): AsyncGenerator<string> {
  const { store, actor, waiting } = call;
  using _watch = watchOver(async () => !(await followingEnded(call, following)), waiting.limits, over);
  const { id } = actor.organisation;
  yield `retry: ${retry}\n${positionMessage(from)}`;
  let [page, told, silentSince] = [first, from, performance.now()];
  const tell = (text: string, position: number) => {
    told = position;
    silentSince = performance.now();
    return text;
  };
  while (!over.signal.aborted) {
    const last = page.items.at(-1);
    if (last) {
      const items = await renderChanges(call, page.items, following);
      yield tell(items.map(changeMessage).join(''), last.number);
    } else if (page.position < page.newest) {
      // Much was left out at once: not to be looked at again.
      yield tell(positionMessage(page.position), page.position);
    } else {
      const left = silentSince + waiting.limits.heartbeat - performance.now();
      if (left > 0) await store.positions.grown(id, page.position, left, over.signal);
      else yield tell(page.position > told ? positionMessage(page.position) : ': still here\n\n', page.position);
    }
    if (!over.signal.aborted) page = await readChanges(store, id, { ...following, after: page.position });
  }
}

/** Ends the stream when its time is over or it may not go on, also while its client does not read. Throws in the end why it could not tell. */
function watchOver(
  mayGoOn: () => Promise<boolean>,
  { recheck, longest }: Call['waiting']['limits'],
  over: AbortController,
): Disposable {
  const failures: unknown[] = [];
  const check = setInterval(() => {
    mayGoOn().then(
      (permitted) => permitted || over.abort(),
      (error) => {
        failures.push(error);
        over.abort();
      },
    );
  }, recheck);
  const end = setTimeout(() => over.abort(), longest);
  return {
    [Symbol.dispose]: () => {
      clearInterval(check);
      clearTimeout(end);
      if (failures.length > 0) throw failures[0];
    },
  };
}

function changeMessage(item: ShownChange): string {
  return `id: ${item.number}\nevent: ${item.kind}\ndata: ${JSON.stringify(item)}\n\n`;
}

/** Moves the client's position past changes that it did not ask for. */
function positionMessage(position: number): string {
  return `id: ${position}\nevent: position\ndata: ${JSON.stringify({ position })}\n\n`;
}
