import { asActionError, userAgent } from './action.ts'
import { createClient, type Clock } from './http.ts'
import { readInputs } from './inputs.ts'
import { revoke } from './revocation.ts'
import type { Runner } from './runner.ts'

/** How long the post step may last, in ms. */
const POST_MS = 15_000

/**
 * Revokes the token that the main step saved, when the job ends. Never fails the job: whatever goes wrong is one
 * warning that names the reason and when the token ends by itself.
 */
export async function post(runner: Runner, clock: Clock, signal: AbortSignal): Promise<void> {
  const token = runner.state('token')
  if (token === '') {
    runner.info('Nothing to revoke.')
    return
  }
  runner.mask(token)
  const expires = Date.parse(runner.state('expires-at'))
  const ends = Number.isNaN(expires) ? 'within the hour' : `at ${new Date(expires).toISOString()}`
  try {
    const inputs = readInputs(runner.state)
    const apiUrl = inputs.url('api-url', runner.state('api-url'), 'https://api.github.com')
    inputs.check()
    if (expires <= clock.now()) {
      runner.info(`The token ended by itself ${ends}.`)
      return
    }
    const client = createClient({
      clock,
      limitMs: POST_MS,
      limit: `${POST_MS / 1000} s`,
      signal,
      userAgent: userAgent(runner.environment),
      conceal: runner.mask,
      debug: runner.debug,
    })
    const outcome = await revoke(client, { token, apiUrl: apiUrl.href })
    runner.info(outcome === 'revoked' ? 'The token was revoked.' : 'The token had ended already.')
  } catch (error) {
    const { message, hint } = asActionError(error)
    runner.warning(`The token could not be revoked; it ends ${ends}. ${message} ${hint}`.trim())
  }
}
