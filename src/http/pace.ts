/** How many attempts are made at a time: as many as come, until a server says 429; then fewer. */
export class Pace {
  #most = Infinity
  #busy = 0
  readonly #waiting: (() => void)[] = []

  /** Resolves when an attempt may be made. */
  async enter(): Promise<void> {
    while (this.#busy >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#busy++
  }

  /** @param overloaded whether the server says that it is asked too much: then half as many attempts are made at a time */
  leave(overloaded: boolean): void {
    if (overloaded) this.#most = Math.max(1, Math.floor(Math.min(this.#most, this.#busy) / 2))
    this.#busy--
    for (const resume of this.#waiting.splice(0, Math.max(0, this.#most - this.#busy))) resume()
  }
}
