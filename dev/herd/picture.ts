import { lineChart, type Series, type Theme } from '../svg.ts'
import { PER_SECOND, runHerd, START_MS } from './simulation.ts'
import { policies } from './tables.ts'

const JOBS = 10_000
const LIMIT_S = 60
/** The last of them start one second after the first. */
const SECONDS = LIMIT_S + START_MS / 1000

/** How many of the jobs of a herd have their token by each second, for each policy, as SVG. */
export function herdPicture(theme: Theme): string {
  const series = policies.map(([name, policy, retryAfterMs]): Series => {
    const { answeredMs } = runHerd({ jobs: JOBS, limitMs: LIMIT_S * 1000, retryAfterMs, policy }, 1)
    const points = Array.from({ length: SECONDS + 1 }, (_, second): [number, number] => [
      second,
      answeredMs.filter((ms) => ms <= second * 1000).length,
    ])
    return { name: name.replaceAll('`', ''), points }
  })
  return lineChart(
    `Tokens over time: 10,000 jobs, a server that serves ${PER_SECOND} a second, timeout-seconds: ${LIMIT_S}`,
    { title: 'seconds', most: SECONDS, step: 10 },
    { title: 'tokens', most: PER_SECOND * SECONDS, step: 500 },
    series,
    theme,
  )
}
