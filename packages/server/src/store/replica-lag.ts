/** So many are enough for a minute; of a replica that stands still for days only the oldest matter. */
const most = 100;

/** How far a replica is behind, told from where the primary was at instants of this process: no two clocks are compared. */
export class ReplicaLag {
  readonly #marks: { at: number; wal: number }[] = [];
  #reached = Number.NEGATIVE_INFINITY;

  /**
   * @param now milliseconds of a clock that never goes back
   * @param primary how far the primary's log goes now
   * @param replica how much of it the replica has
   */
  note(now: number, primary: number, replica: number): void {
    // A primary that was replaced by one of its standbys can have lost the end of its log.
    while ((this.#marks.at(-1)?.wal ?? 0) > primary) this.#marks.pop();
    if (this.#marks.length < most) this.#marks.push({ at: now, wal: primary });
    while (this.#marks[0] && this.#marks[0].wal <= replica) this.#reached = this.#marks.shift()?.at as number;
  }

  /** Everything that was committed longer than so many milliseconds before `now` is in the replica. Infinity: nothing is known. */
  behind(now: number): number {
    return now - this.#reached;
  }
}
