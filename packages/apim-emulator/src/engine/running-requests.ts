/** Counts the requests that are within the policies of each key right now; a key without any takes no memory. */
export class RunningRequests {
  readonly #counts = new Map<string, number>();

  /** @returns false, and nothing is counted, where as many are in as may be. */
  enter(key: string, maximum: number): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= maximum) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  leave(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
