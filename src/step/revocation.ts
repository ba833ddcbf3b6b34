import { asActionError } from '../errors.ts'
import type { Borrowed, Revocation } from '../exchange.ts'
import { installationToken } from '../github/installation-token.ts'
import type { Client } from '../http/client.ts'
import type { Runner } from './runner.ts'

/**
 * A token as a credential that is taken back where it was issued. What takes it back at Vault is loaded only for that.
 *
 * @param expiresAt when it ends by itself, where somebody told
 * @param now the time, in ms since the epoch
 */
export async function borrowedOf(
  revocation: Revocation,
  expiresAt: Date | undefined,
  now: () => number,
): Promise<Borrowed> {
  if (revocation.kind !== 'vault') return installationToken({ ...revocation, expiresAt }, now)
  const { vaultToken } = await import(/* webpackChunkName: "vault-login" */ '../vault/index.ts')
  return vaultToken({ ...revocation, api: revocation.apiUrl, expiresAt })
}

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
