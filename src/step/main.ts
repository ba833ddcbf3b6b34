import { asActionError, harmless, type ActionError } from '../errors.ts'
import type { Borrowed, Exchange, Grant, Tools } from '../exchange.ts'
import { createClient, type Client } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import { createIdentity, type Identity } from '../identity/id-token.ts'
import { reportElsewhere } from '../inputs/elsewhere.ts'
import { readInputs } from '../inputs/inputs.ts'
import { cancelled, type Cancellation } from './cancellation.ts'
import { handOver, undo, type Step } from './hand-over.ts'
import { createSecrets } from './masking.ts'
import { userAgent, type Runner } from './runner.ts'
import { grantTable, summarize } from './summary.ts'

const SUMMARY_MODES = ['on-refusal', 'always', 'never'] as const
/** How long taking something back may last before the step ends, in ms. */
const UNDO_MS = 5_000
/** An end that is further away is not believed, in ms: a year. */
const LONGEST_MS = 366 * 24 * 3_600_000

/** How far a step has come: what explaining and ending it needs. */
interface Progress<Settings> {
  settings?: Settings
  identity?: Identity
  client?: Client
  summaryMode: (typeof SUMMARY_MODES)[number]
  /** How long the exchange may take, in ms. */
  timeoutMs: number
  readonly borrowed: Borrowed[]
}

/**
 * Runs one exchange as a step: read → prove → exchange → mask → save → output → explain. A failure is one error
 * annotation; a failure after the grant takes the grant back.
 *
 * @param cancellation of the job
 * @returns whether the step succeeded
 */
export async function act<Settings>(
  exchange: Exchange<Settings>,
  runner: Runner,
  clock: Clock,
  cancellation: Cancellation,
): Promise<boolean> {
  const step: Step = { runner, clock, secrets: createSecrets(runner.mask), cancellation }
  const progress: Progress<Settings> = { summaryMode: 'never', timeoutMs: UNDO_MS, borrowed: [] }
  try {
    const settings = await read(exchange, runner, progress)
    const grant = await exchange.exchange(settings, toolsOf(step, progress))
    await handOver(grant, step, undoMs(progress))
    for (const warning of [...(grant.warnings ?? []), ...doubts(grant, clock)]) runner.warning(warning)
    runner.info(harmless(grant.summary))
    if (progress.summaryMode === 'always') await summarize(runner, () => grantTable(grant))
    return true
  } catch (cause) {
    const error = cancellation.signal.aborted ? cancelled(cancellation, cause) : asActionError(cause)
    await explain(error, exchange, runner, progress)
    return false
  } finally {
    progress.client?.close()
    for (const each of progress.borrowed) await undo(each, step, undoMs(progress))
  }
}

/** Settings and the limits of the step, or one error that holds the problems of all inputs. */
async function read<Settings>(
  exchange: Exchange<Settings>,
  { input, environment, warning }: Runner,
  progress: Progress<Settings>,
): Promise<Settings> {
  const inputs = readInputs(input)
  progress.summaryMode = inputs.oneOf('job-summary', SUMMARY_MODES, 'on-refusal')
  progress.timeoutMs = inputs.seconds('timeout-seconds', { least: 1, most: 600, fallback: 60 }) * 1000
  reportElsewhere(inputs, environment)
  const settings = await exchange.settings(inputs, environment)
  inputs.check()
  progress.settings = settings
  inputs.warnings.forEach(warning)
  return settings
}

/** What the exchange may use; its time begins here. */
function toolsOf({ runner, clock, secrets, cancellation }: Step, progress: Progress<unknown>): Tools {
  const { environment, debug } = runner
  const { timeoutMs } = progress
  const client = createClient({
    clock,
    limitMs: timeoutMs,
    limit: `${timeoutMs / 1000} s (timeout-seconds)`,
    signal: cancellation.signal,
    patience: cancellation.patience,
    userAgent: userAgent(environment),
    secrets,
    debug,
  })
  const { conceal } = secrets
  const identity = createIdentity({ environment, client, monotonic: clock.monotonic, conceal })
  Object.assign(progress, { client, identity })
  return {
    idToken: identity.idToken,
    send: client.send,
    connectEarly: client.connectEarly,
    conceal,
    takeBack: (each) => progress.borrowed.push(each),
    now: clock.now,
    environment,
  }
}

/** Says what failed, why, and what to change. */
async function explain<Settings>(
  error: ActionError,
  exchange: Exchange<Settings>,
  runner: Runner,
  { settings, identity, summaryMode }: Progress<Settings>,
): Promise<void> {
  const { reportOf } = await import(/* webpackChunkName: "refusal" */ './refusal.ts')
  const report = reportOf(
    error,
    runner.environment,
    await runner.run(),
    identity?.claims(error.refused?.audience),
    (claims) => (settings === undefined ? {} : (exchange.explain?.(settings, error, claims) ?? {})),
  )
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
  if (ahead <= 0)
    return [`${ends}, which is in the past by this runner's clock: one of the two clocks is wrong.`]
  if (ahead > LONGEST_MS) return [`${ends}, which is more than a year away: do not rely on that.`]
  return []
}

/** No longer than the exchange itself may take. */
function undoMs({ timeoutMs }: Progress<unknown>): number {
  return Math.min(UNDO_MS, timeoutMs)
}

/** The stack traces of an error and its causes, for debug mode. Their messages hold no secret. */
function causes(error: Error): string {
  const stack = error.stack ?? error.message
  return error.cause instanceof Error ? `${stack}\ncaused by ${causes(error.cause)}` : stack
}
