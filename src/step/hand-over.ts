import type { Grant } from '../exchange.ts'
import { saveRevocable } from './post.ts'
import { revoke } from './revoke.ts'
import type { Step } from './step.ts'

/**
 * The one order that is safe: a credential is masked before it is written anywhere, and saved for post before it is used.
 * What cannot be written is revoked, and what came after the job was cancelled.
 *
 * @param limitMs how long revoking may last, in ms
 */
export async function handOver(grant: Grant, step: Step, limitMs: number): Promise<void> {
  const { runner, secrets, cancellation } = step
  // How short a secret may be is for the exchange to say.
  for (const secret of grant.secrets) secrets.mask(secret, 1)
  const { revocable, outlivesJob, expiresAt } = grant
  let isSaved = false
  try {
    if (revocable && outlivesJob !== true) {
      saveRevocable(revocable, runner)
      isSaved = true
    }
    cancellation.signal.throwIfAborted()
    for (const [name, value] of Object.entries(grant.outputs)) runner.output(name, value)
    if (expiresAt) runner.output('expires-at', expiresAt.toISOString())
  } catch (error) {
    // Nobody has use for the token now.
    const isGone = revocable && (await revoke(revocable, step, limitMs))
    // Else post would ask again, and warn of a token that its issuer does not know.
    if (isGone === true && isSaved) saveRevocable(undefined, runner)
    throw error
  }
}
