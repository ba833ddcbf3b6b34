import { asActionError } from '../errors.ts'
import { createClient, type Clock } from '../http/client.ts'
import { readInputs } from '../inputs/inputs.ts'
import { createSecrets } from './redaction.ts'
import { revoke } from './revocation.ts'
import { userAgent, type Runner } from './runner.ts'

/** How long the post step may last, in ms. */
const POST_MS = 15_000
const GITHUB_API_URL = 'https://api.github.com'

/**
 * Revokes the token that the main step saved, when the job ends. Never fails the job: whatever goes wrong is one
 * warning that names the reason and when the token ends by itself.
 */
export async function post(runner: Runner, clock: Clock, signal: AbortSignal): Promise<void> {
  const token = runner.state('token')
  if (token.trim() === '') {
    runner.info('Nothing to revoke.')
    return
  }
  const secrets = createSecrets(runner.mask)
  secrets.conceal(token)
  const expires = Date.parse(runner.state('expires-at'))
  const ends = Number.isNaN(expires) ? 'within the hour' : `at ${new Date(expires).toISOString()}`
  try {
    const inputs = readInputs(runner.state)
    const saved = inputs.text('api-url') || runner.environment['GITHUB_API_URL'] || GITHUB_API_URL
    const apiUrl = inputs.url('api-url', saved, GITHUB_API_URL)
    if (!/^[\x21-\x7e]+$/.test(token)) inputs.problem('token', 'must be one printable line', 'ghs_…')
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
      secrets,
      debug: runner.debug,
    })
    const outcome = await revoke(client, { token, apiUrl: apiUrl.href })
    runner.info(outcome === 'revoked' ? 'The token was revoked.' : 'The token had ended already.')
  } catch (error) {
    const { code, message, hint } = asActionError(error)
    const reason =
      code === 'INVALID_INPUT' ? 'What the main step saved cannot be used.' : `${message} ${hint}`
    runner.warning(`The token could not be revoked; it ends ${ends}. ${reason}`.trim())
  }
}
