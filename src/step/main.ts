import { asActionError, harmless } from '../errors.ts'
import type { Borrowed, Environment, Exchange, Grant } from '../exchange.ts'
import { createClient, type Client } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import { createIdentity, type Identity } from '../identity/id-token.ts'
import { reportElsewhere } from '../inputs/elsewhere.ts'
import { readInputs, type Inputs } from '../inputs/inputs.ts'
import { cancelled, type Cancellation } from './cancellation.ts'
import { createSecrets, type Secrets } from './redaction.ts'
import { borrowedOf, takeBack } from './revocation.ts'
import { userAgent, type Runner } from './runner.ts'

const SUMMARY_MODES = ['on-refusal', 'always', 'never'] as const
/** How long taking something back may last before the step ends, in ms. */
const UNDO_MS = 5_000
/** How much of an output the job summary shows, in characters. */
const MAX_SHOWN = 500
/** An end that is further away is not believed, in ms: a year. */
const LONGEST_MS = 366 * 24 * 3_600_000

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
  let settings: Settings | undefined
  let identity: Identity | undefined
  let client: Client | undefined
  let summaryMode: (typeof SUMMARY_MODES)[number] = 'never'
  let undoMs = UNDO_MS
  const borrowed: Borrowed[] = []
  const secrets = createSecrets(runner.mask)
  const { conceal } = secrets
  try {
    const inputs = readInputs(runner.input)
    summaryMode = inputs.oneOf('job-summary', SUMMARY_MODES, 'on-refusal')
    const timeout = inputs.seconds('timeout-seconds', { least: 1, most: 600, fallback: 60 })
    undoMs = Math.min(UNDO_MS, timeout * 1000)
    reportElsewhere(inputs, runner.environment)
    settings = await read(exchange, inputs, runner.environment)
    for (const warning of inputs.warnings) runner.warning(warning)
    client = createClient({
      clock,
      limitMs: timeout * 1000,
      limit: `${timeout} s (timeout-seconds)`,
      signal: cancellation.signal,
      patience: cancellation.patience,
      userAgent: userAgent(runner.environment),
      secrets,
      debug: runner.debug,
    })
    identity = createIdentity({
      environment: runner.environment,
      client,
      monotonic: clock.monotonic,
      conceal,
    })
    const grant = await exchange.exchange(settings, {
      idToken: identity.idToken,
      send: client.send,
      connectEarly: client.connectEarly,
      conceal,
      takeBack: (each) => borrowed.push(each),
      now: clock.now,
      environment: runner.environment,
    })
    await handOver(grant, { runner, clock, secrets, cancellation }, undoMs)
    for (const warning of [...(grant.warnings ?? []), ...doubts(grant, clock)]) runner.warning(warning)
    runner.info(harmless(grant.summary))
    if (summaryMode === 'always') await summarize(runner, () => grantTable(grant))
    return true
  } catch (cause) {
    const error = cancellation.signal.aborted ? cancelled(cancellation, cause) : asActionError(cause)
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
    return false
  } finally {
    client?.close()
    for (const each of borrowed) await undo(each, { runner, clock, secrets, cancellation }, undoMs)
  }
}

/** Settings, or one error that holds the problems of all inputs. */
async function read<Settings>(
  exchange: Exchange<Settings>,
  inputs: Inputs,
  environment: Environment,
): Promise<Settings> {
  const settings = await exchange.settings(inputs, environment)
  inputs.check()
  return settings
}

/** What serves all parts of a step. */
interface Step {
  readonly runner: Runner
  readonly clock: Clock
  readonly secrets: Secrets
  readonly cancellation: Cancellation
}

/**
 * The one order that is safe: a credential is masked before it is written anywhere, and saved for post before it is used.
 * What cannot be written is taken back, and what came after the job was cancelled.
 */
async function handOver(grant: Grant, step: Step, undoMs: number): Promise<void> {
  const { runner, clock, secrets, cancellation } = step
  // How short a secret may be is for the exchange to say.
  for (const secret of grant.secrets) secrets.conceal(secret, 1)
  const { revocation, expiresAt } = grant
  let isSaved = false
  try {
    if (revocation && revocation.outlivesJob !== true) {
      runner.saveState('version', '1')
      if (revocation.kind === 'vault') {
        runner.saveState('kind', revocation.kind)
        runner.saveState('namespace', revocation.namespace)
        runner.saveState('may-revoke-itself', String(revocation.mayRevokeItself))
      }
      runner.saveState('api-url', revocation.apiUrl)
      runner.saveState('expires-at', expiresAt?.toISOString() ?? '')
      // Last: where post finds the token, the rest is there too, even if the process died in between.
      runner.saveState('token', revocation.token)
      isSaved = true
    }
    cancellation.signal.throwIfAborted()
    for (const [name, value] of Object.entries(grant.outputs)) runner.output(name, value)
    if (expiresAt) runner.output('expires-at', expiresAt.toISOString())
  } catch (error) {
    // Nobody has use for the token now.
    const token = revocation && (await borrowedOf(revocation, expiresAt, clock.now))
    const isGone = token && (await undo(token, step, undoMs))
    // Else post would ask again, and warn of a token that its issuer does not know.
    if (isGone === true && isSaved) runner.saveState('token', '')
    throw error
  }
}

/** What speaks against the end that the server told, which is passed on all the same. */
function doubts({ expiresAt }: Grant, clock: Clock): string[] {
  if (expiresAt === undefined) return []
  const ahead = expiresAt.getTime() - clock.now()
  const ends = `By the server's answer the credential ends at ${expiresAt.toISOString()}`
  if (ahead <= 0)
    return [`${ends}, which is past by the clock of this runner: one of the two clocks is wrong.`]
  if (ahead > LONGEST_MS) return [`${ends}, which is more than a year away: do not rely on that.`]
  return []
}

/** Revokes with a client of its own, since the step's may have no time left. */
async function undo(
  borrowed: Borrowed,
  { runner, clock, secrets, cancellation }: Step,
  limitMs: number,
): Promise<boolean> {
  const client = createClient({
    clock,
    limitMs,
    limit: `${limitMs / 1000} s`,
    signal: cancellation.end,
    userAgent: userAgent(runner.environment),
    secrets,
    debug: runner.debug,
  })
  return takeBack(borrowed, client, runner, 'could not be revoked in this step')
}

/** The job summary is a courtesy: where it cannot be written, the log says so and nothing else changes. */
async function summarize(runner: Runner, markdown: () => string | Promise<string>): Promise<void> {
  try {
    await runner.summary(await markdown())
  } catch (error) {
    runner.info(
      `The job summary could not be written (${error instanceof Error ? error.name : 'no reason'}).`,
    )
  }
}

/** What was granted, for the job summary. An output may be of several lines, each of them a secret. */
async function grantTable(grant: Grant): Promise<string> {
  const { table } = await import(/* webpackChunkName: "refusal" */ './refusal.ts')
  const isOpen = (value: string): boolean => !grant.secrets.some((secret) => value.includes(secret))
  const rows = Object.entries(grant.outputs)
    .filter(([, value]) => isOpen(value))
    .map(([name, value]) => [name, shortened(value)] as const)
  const ends = grant.expiresAt === undefined ? [] : [['expires-at', grant.expiresAt.toISOString()] as const]
  return table(['output', 'value'], [...rows, ...ends])
}

/** The beginning of a long value, and how much more there is: the output itself is whole. */
function shortened(value: string): string {
  if (value.length <= MAX_SHOWN) return value
  return `${value.slice(0, MAX_SHOWN)}… and ${value.length - MAX_SHOWN} more characters`
}

/** The stack traces of an error and its causes, for debug mode. Their messages hold no secret. */
function causes(error: Error): string {
  const stack = error.stack ?? error.message
  return error.cause instanceof Error ? `${stack}\ncaused by ${causes(error.cause)}` : stack
}
