import { createClient } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import type { Revocation } from '../exchange.ts'
import { readInputs, type Inputs } from '../inputs/inputs.ts'
import type { Cancellation } from './cancellation.ts'
import { createSecrets } from './masking.ts'
import { borrowedOf, takeBack } from './revocation.ts'
import { userAgent, type Runner } from './runner.ts'

/** How long the post step may last, in ms. */
const POST_MS = 15_000
const GITHUB_API_URL = 'https://api.github.com'
const VAULT_API_URL = 'https://vault.example.com:8200/v1'

/**
 * Revokes the token that the main step saved, when the job ends: whatever a clock says, its issuer is asked. Never fails the
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
  const revocation = readRevocation(inputs, token, runner.environment['GITHUB_API_URL'])
  const expiresAt = Number.isNaN(expires) ? undefined : new Date(expires)
  const borrowed = await borrowedOf(revocation, expiresAt, clock.now)
  try {
    inputs.check()
  } catch {
    // Its text speaks of inputs to the author of a workflow, who did not write these.
    runner.warning(
      `${borrowed.name} could not be revoked; it ends ${borrowed.ends}. The state that the main step saved is invalid.`,
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

/** What the main step saved. State without a kind is that of a GitHub token: the first versions knew no other. */
function readRevocation(inputs: Inputs, token: string, githubApiUrl: string | undefined): Revocation {
  if (!/^[\x21-\x7e]+$/.test(token)) inputs.problem('token', 'must be one printable line', 'ghs_…')
  const kind = inputs.oneOf('kind', ['github', 'vault'], 'github')
  const saved = inputs.text('api-url')
  if (kind === 'vault') {
    return {
      kind,
      token,
      apiUrl: inputs.url('api-url', inputs.required('api-url', VAULT_API_URL), VAULT_API_URL).href,
      namespace: inputs.line('namespace'),
      mayRevokeItself: inputs.boolean('may-revoke-itself'),
    }
  }
  const apiUrl = inputs.url('api-url', saved || githubApiUrl || GITHUB_API_URL, GITHUB_API_URL)
  return { token, apiUrl: apiUrl.href }
}
