import type { Grant } from '../exchange.ts'
import type { Claims } from '../explanation.ts'
import { beginning } from '../text.ts'
import type { Runner } from './runner.ts'

/** How much of an output the job summary shows, in characters. */
const MAX_SHOWN = 500

/** The job summary is a courtesy: where it cannot be written, the log says so and nothing else changes. */
export async function summarize(
  runner: Pick<Runner, 'summary' | 'info'>,
  markdown: () => string | Promise<string>,
): Promise<void> {
  try {
    await runner.summary(await markdown())
  } catch (error) {
    runner.info(`The job summary could not be written (${error instanceof Error ? error.name : 'no reason'}).`)
  }
}

/** What was granted, for the job summary: the outputs that are no secrets, and for which claims. */
export async function grantSummary(
  grant: Grant,
  { environment, run }: Pick<Runner, 'environment' | 'run'>,
  claims: Claims | undefined,
): Promise<string> {
  const { claimsTable } = await import(/* webpackChunkName: "report" */ './report.ts')
  const { table } = await import(/* webpackChunkName: "report" */ './markdown.ts')
  const rows = Object.entries(grant.outputsAreSecret === true ? {} : grant.outputs)
    .filter(([, value]) => !grant.secrets.some((secret) => value.includes(secret)))
    .map(([name, value]) => [name, shortened(value)] as const)
  const ends = grant.expiresAt === undefined ? [] : [['expires-at', grant.expiresAt.toISOString()] as const]
  const outputs = table(['output', 'value'], [...rows, ...ends])
  return [outputs, claimsTable(environment, await run(), claims)].filter((part) => part !== '').join('\n\n')
}

/** The beginning of a long value, and how much more there is: the output itself is whole. */
function shortened(value: string): string {
  if (value.length <= MAX_SHOWN) return value
  return `${beginning(value, MAX_SHOWN)}… and ${value.length - MAX_SHOWN} more characters`
}
