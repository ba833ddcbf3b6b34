import { asActionError, type ActionError } from '../errors.ts'
import type { Exchange, Grant, Revocable, Tools } from '../exchange.ts'
import type { Client } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import type { Identity } from '../identity/id-token.ts'
import { Inputs } from '../inputs/inputs.ts'
import { reportOtherActions } from '../inputs/other-actions.ts'
import { harmless } from '../text.ts'
import { cancelled } from './cancellation.ts'
import { handOver } from './hand-over.ts'
import { saveRevocable } from './post.ts'
import { revoke } from './revoke.ts'
import type { Runner } from './runner.ts'
import { connect, type Step } from './step.ts'

const SUMMARY_MODES = ['on-refusal', 'always', 'never'] as const
/** How long revoking may last before the step ends, in ms. */
const REVOKE_MS = 5_000
/** An expiry that is further away is not believed, in ms: a year. */
const LONGEST_MS = 366 * 24 * 3_600_000

/** What a step has so far, which explaining and ending it need. */
interface Held {
  identity?: Identity
  client?: Client
  summaryMode: (typeof SUMMARY_MODES)[number]
  /** How long the exchange may take, in ms. */
  timeoutMs: number
  /** What is revoked before the step ends. */
  readonly revocables: Revocable[]
}

/**
 * Runs one exchange as a step: read → prove → exchange → mask → save → output → explain. A failure is one error
 * annotation; after a failure that follows the grant, the grant is revoked.
 *
 * @returns whether the step succeeded
 */
export async function act<Settings>(exchange: Exchange<Settings>, step: Step): Promise<boolean> {
  const { runner, clock, cancellation } = step
  const held: Held = { summaryMode: 'never', timeoutMs: REVOKE_MS, revocables: [] }
  try {
    // Always written: what main does not save, a step in between could set as a variable.
    saveRevocable(undefined, runner)
    const settings = await read(exchange, step, held)
    const grant = await exchange.exchange(settings, toolsOf(step, held))
    await handOver(grant, step, revokeMs(held))
    for (const warning of [...(grant.warnings ?? []), ...doubts(grant, clock)]) runner.warning(warning)
    for (const notice of grant.notices ?? []) runner.notice(notice)
    runner.info(harmless(grant.summary))
    if (held.summaryMode === 'always') await summarize(runner, () => grantSummaryOf(grant, runner, held))
    return true
  } catch (cause) {
    const error = cancellation.signal.aborted ? cancelled(cancellation, cause) : asActionError(cause)
    await explain(error, runner, held)
    return false
  } finally {
    held.client?.close()
    for (const each of held.revocables) await revoke(each, step, revokeMs(held))
  }
}

/** Settings and the limits of the step, or one error that holds the problems of all inputs. */
async function read<Settings>(
  exchange: Exchange<Settings>,
  { runner: { input, environment, warning }, secrets }: Step,
  held: Held,
): Promise<Settings> {
  const inputs = new Inputs(input, secrets.mask)
  held.summaryMode = inputs.oneOf('job-summary', SUMMARY_MODES, 'on-refusal')
  held.timeoutMs = inputs.seconds('timeout-seconds', { least: 1, most: 600, fallback: 60 }) * 1000
  reportOtherActions(inputs, environment)
  const settings = await exchange.settings(inputs, environment)
  inputs.check()
  inputs.warnings.forEach(warning)
  return settings
}

/** The job summary is a courtesy: where it cannot be written, the log says so and nothing else changes. */
async function summarize(runner: Runner, markdown: () => string | Promise<string>): Promise<void> {
  try {
    await runner.summary(await markdown())
  } catch (error) {
    runner.info(`The job summary could not be written (${error instanceof Error ? error.name : 'no reason'}).`)
  }
}

/** What the exchange may use; its time begins here. */
function toolsOf(step: Step, held: Held): Tools {
  const { runner, clock, secrets, cancellation } = step
  const { timeoutMs } = held
  const { client, identity } = connect(step, {
    limitMs: timeoutMs,
    limit: `${timeoutMs / 1000} s (timeout-seconds)`,
    signal: cancellation.signal,
    patience: cancellation.patience,
  })
  Object.assign(held, { client, identity })
  return {
    idToken: identity.idToken,
    send: client.send,
    mask: secrets.mask,
    revokeAtEnd: (each) => held.revocables.push(each),
    now: clock.now,
    environment: runner.environment,
  }
}

async function grantSummaryOf(grant: Grant, runner: Runner, { identity }: Held): Promise<string> {
  const { grantSummary } = await import(/* webpackChunkName: "report" */ './report.ts')
  return grantSummary(grant, runner.environment, await runner.run(), identity?.claims())
}

/** Says what failed, why, and what to change. */
async function explain(error: ActionError, runner: Runner, { identity, summaryMode }: Held): Promise<void> {
  const { reportOf } = await import(/* webpackChunkName: "report" */ './report.ts')
  const claims = identity?.claims(error.refused?.audience)
  const report = reportOf(error, runner.environment, await runner.run(), claims)
  runner.error(report.annotation)
  if (report.group.length > 0) runner.group('Why it was refused', report.group)
  if (report.summary !== '' && summaryMode !== 'never') await summarize(runner, () => report.summary)
  if (runner.debugging) for (const line of causes(error).split('\n')) runner.debug(line)
}

/** What speaks against the end that the server told, which is passed on all the same. */
function doubts({ expiresAt }: Grant, clock: Clock): string[] {
  if (expiresAt === undefined) return []
  const ahead = expiresAt.getTime() - clock.now()
  const ends = `The server says that the credential ends at ${expiresAt.toISOString()}`
  if (ahead <= 0) return [`${ends}, which is in the past by this runner's clock: one of the two clocks is wrong.`]
  if (ahead > LONGEST_MS) return [`${ends}, which is more than a year away: do not rely on that.`]
  return []
}

/** No longer than the exchange itself may take. */
function revokeMs({ timeoutMs }: Held): number {
  return Math.min(REVOKE_MS, timeoutMs)
}

/** The stack traces of an error and its causes, for debug mode. Their messages hold no secret. */
function causes(error: Error): string {
  const stack = error.stack ?? error.message
  return error.cause instanceof Error ? `${stack}\ncaused by ${causes(error.cause)}` : stack
}
