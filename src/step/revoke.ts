import { ActionError, asActionError } from '../errors.ts'
import type { Revocable, Revoker } from '../exchange.ts'
import { urlFault } from '../inputs/url.ts'
import { connect, type Revokers, type Step } from './step.ts'

/** Why post does not revoke what cannot be from the main step. */
export const INVALID_STATE = 'The state that the main step saved is invalid.'

/**
 * Revokes a credential where it was issued and says what became of it: one line in the log, or one warning where it lives
 * on. With a client of its own, since the step's may have no time left; a cancelled step revokes what it has.
 *
 * @param limitMs how long that may last, in ms
 * @param failed says that it could not be done, to follow the name of the credential
 * @returns whether it has ended
 */
export async function revoke(
  revocable: Revocable,
  step: Step,
  limitMs: number,
  failed = 'could not be revoked in this step',
): Promise<boolean> {
  const { runner, clock, revokers, secrets, cancellation } = step
  const { info, warning, input } = runner
  const revoker = await revokerOf(revocable, revokers)
  const { name } = revoker
  const limit = `${limitMs / 1000} s`
  const { client, identity } = connect(step, { limitMs, limit, signal: cancellation.end })
  try {
    if (!isUsable(revocable)) throw new ActionError('INTERNAL', INVALID_STATE)
    const outcome = await revoker.revoke(client, revocable, {
      idToken: identity.idToken,
      mask: secrets.mask,
      now: clock.now,
      input,
    })
    info(outcome === 'revoked' ? `${name} was revoked.` : `${name} had ended already.`)
    return true
  } catch (error) {
    const ends = revocable.ends === undefined ? revoker.endsByDefault : `at ${revocable.ends.toISOString()}`
    warning(`${name} ${failed}; it ends ${ends}. ${asActionError(error).text}`)
    return false
  } finally {
    client.close()
  }
}

/** @throws ActionError `INTERNAL` if no issuer has that name */
async function revokerOf({ issuer }: Revocable, revokers: Revokers): Promise<Revoker> {
  const load = Object.hasOwn(revokers, issuer) ? revokers[issuer] : undefined
  if (load === undefined) throw new ActionError('INTERNAL', 'The issuer of a token has no revoker.')
  return load()
}

/** Whether it is of a form that an exchange can save: a step in between could have set anything for post. */
function isUsable({ token, apiUrl }: Revocable): boolean {
  return /^[\x21-\x7e]+$/.test(token) && urlFault(apiUrl, true) === undefined
}
