import { asActionError } from '../errors.ts'
import type { Borrowed } from '../exchange.ts'
import type { Client } from '../http/client.ts'
import type { Runner } from './runner.ts'

/**
 * Takes a credential back and says what became of it: one line in the log, or one warning where it lives on.
 *
 * @param failed says that it could not be done, to follow the name of the credential
 * @returns whether it has ended
 */
export async function takeBack(
  { name, ends, revoke }: Borrowed,
  client: Pick<Client, 'send'>,
  runner: Pick<Runner, 'info' | 'warning'>,
  failed = 'could not be revoked',
): Promise<boolean> {
  try {
    const outcome = await revoke(client)
    runner.info(outcome === 'revoked' ? `${name} was revoked.` : `${name} had ended already.`)
    return true
  } catch (error) {
    const { message, hint } = asActionError(error)
    runner.warning(`${name} ${failed}; it ends ${ends}. ${message} ${hint}`.trim())
    return false
  }
}
