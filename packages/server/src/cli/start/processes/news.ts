/** How long news may be held back: however much is committed, processes tell each other so often at most. Milliseconds. */
const pause = 10;

/**
 * Collects organisations of which something was committed, and passes them on together soon after the first one.
 *
 * @returns takes one
 */
export function collectNews(pass: (organisations: number[]) => void): (organisationId: number) => void {
  const collected = new Set<number>();
  return (organisationId) => {
    if (collected.size === 0) {
      setTimeout(() => {
        pass([...collected]);
        collected.clear();
      }, pause).unref();
    }
    collected.add(organisationId);
  };
}
