import type { Borrowed, Grant } from '../exchange.ts'
import { createClient } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import type { Cancellation } from './cancellation.ts'
import type { Secrets } from './masking.ts'
import { borrowedOf, takeBack } from './revocation.ts'
import { userAgent, type Runner } from './runner.ts'

/** What serves all parts of a step. */
export interface Step {
  readonly runner: Runner
  readonly clock: Clock
  readonly secrets: Secrets
  readonly cancellation: Cancellation
}

/**
 * The one order that is safe: a credential is masked before it is written anywhere, and saved for post before it is used.
 * What cannot be written is taken back, and what came after the job was cancelled.
 */
export async function handOver(grant: Grant, step: Step, undoMs: number): Promise<void> {
  const { runner, clock, secrets, cancellation } = step
  // How short a secret may be is for the exchange to say.
  for (const secret of grant.secrets) secrets.conceal(secret, 1)
  const { revocation, expiresAt } = grant
  let isSaved = false
  try {
    if (revocation && revocation.outlivesJob !== true) {
      runner.saveState('version', '1')
      // Also where it is the usual one: what is not saved, a step in between could set as a variable.
      runner.saveState('kind', revocation.kind ?? 'github')
      if (revocation.kind === 'vault') {
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

/** Revokes with a client of its own, since the step's may have no time left. */
export async function undo(
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
