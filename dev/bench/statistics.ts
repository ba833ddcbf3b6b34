/** The middle of a list of figures, and how far they spread. */
export interface Spread {
  readonly median: number
  /** A quarter of the figures are below. */
  readonly low: number
  /** A quarter of the figures are above. */
  readonly high: number
}

/** Median and quartiles, with linear interpolation between the two nearest figures. @throws Error for an empty list */
export function spreadOf(figures: readonly number[]): Spread {
  return { median: quantile(figures, 0.5), low: quantile(figures, 0.25), high: quantile(figures, 0.75) }
}

function quantile(figures: readonly number[], share: number): number {
  if (figures.length === 0) throw new Error('there are no figures')
  const sorted = figures.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

/**
 * How many answers were waited for one after another.
 *
 * @param arrivals when each request had arrived at its server, in ms. One that had to wait for the answer to another
 *   arrives a round trip later; those sent side by side arrive together.
 */
export function answersInARow(arrivals: readonly number[], roundTripMs: number): number {
  let count = 0
  let last = -Infinity
  for (const at of arrivals.toSorted((a, b) => a - b)) {
    // Timers may fire a little early.
    if (at - last < roundTripMs * 0.8) continue
    last = at
    count++
  }
  return count
}
