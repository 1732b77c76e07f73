/** Something that happens again and again, and can be waited for. */
export class Bell {
  #next = Promise.withResolvers<void>();

  /** Wakes everybody who waits. */
  ring(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves when it rings, or when the time is over. */
  async heard(milliseconds: number): Promise<void> {
    const timer = setTimeout(() => this.ring(), milliseconds);
    await this.#next.promise;
    clearTimeout(timer);
  }
}
