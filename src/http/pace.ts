/** How many requests are made at a time: at most so many, or as many as come; fewer after a server says 429. */
export class Pace {
  #most: number
  #busy = 0
  readonly #waiting: (() => void)[] = []

  constructor(most = Infinity) {
    this.#most = most
  }

  /** Resolves when a request may be made. */
  async enter(): Promise<void> {
    while (this.#busy >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#busy++
  }

  /** @param overloaded whether the server says that it gets too many requests: then only half as many are made at a time */
  leave(overloaded = false): void {
    if (overloaded) this.#most = Math.max(1, Math.floor(Math.min(this.#most, this.#busy) / 2))
    this.#busy--
    for (const resume of this.#waiting.splice(0, Math.max(0, this.#most - this.#busy))) resume()
  }
}
