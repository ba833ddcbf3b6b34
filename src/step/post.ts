import { installationToken } from '../github/installation-token.ts'
import { createClient } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import { readInputs } from '../inputs/inputs.ts'
import type { Cancellation } from './cancellation.ts'
import { createSecrets } from './redaction.ts'
import { takeBack } from './revocation.ts'
import { userAgent, type Runner } from './runner.ts'

/** How long the post step may last, in ms. */
const POST_MS = 15_000
const GITHUB_API_URL = 'https://api.github.com'

/**
 * Revokes the token that the main step saved, when the job ends: whatever a clock says, GitHub is asked. Never fails the
 * job: whatever goes wrong is one warning that names the reason and when the token ends by itself.
 */
export async function takeBackSaved(runner: Runner, clock: Clock, cancellation: Cancellation): Promise<void> {
  const token = runner.state('token')
  if (token.trim() === '') {
    runner.info('Nothing to revoke.')
    return
  }
  const secrets = createSecrets(runner.mask)
  secrets.conceal(token)
  const expires = Date.parse(runner.state('expires-at'))
  const inputs = readInputs(runner.state)
  const saved = inputs.text('api-url') || runner.environment['GITHUB_API_URL'] || GITHUB_API_URL
  const apiUrl = inputs.url('api-url', saved, GITHUB_API_URL)
  if (!/^[\x21-\x7e]+$/.test(token)) inputs.problem('token', 'must be one printable line', 'ghs_…')
  const expiresAt = Number.isNaN(expires) ? undefined : new Date(expires)
  const borrowed = installationToken({ token, apiUrl: apiUrl.href, expiresAt }, clock.now)
  try {
    inputs.check()
  } catch {
    // Its text is for the author of a workflow, who did not write this.
    runner.warning(
      `${borrowed.name} could not be revoked; it ends ${borrowed.ends}. What the main step saved cannot be used.`,
    )
    return
  }
  const client = createClient({
    clock,
    limitMs: POST_MS,
    limit: `${POST_MS / 1000} s`,
    // A job that is cancelled now still takes back what it has.
    signal: cancellation.end,
    userAgent: userAgent(runner.environment),
    secrets,
    debug: runner.debug,
  })
  await takeBack(borrowed, client, runner)
}
