import { ActionError } from '../errors.ts'
import type { Borrowed } from '../exchange.ts'
import type { Client } from '../http/client.ts'
import { judge } from './answer.ts'
import { headersOf, SERVICE, urlOf, type VaultServer } from './server.ts'

/** A Vault token that can be revoked, and where. */
export interface VaultToken extends Pick<VaultServer, 'api' | 'namespace'> {
  readonly token: string
  /**
   * Whether the token may revoke itself, which Vault's policy `default` allows. A refusal then tells that the token is
   * gone.
   */
  readonly mayRevokeItself: boolean
  /** When it ends by itself; `undefined` where it does not. */
  readonly expiresAt: Date | undefined
}

/** A Vault token as a credential that is taken back. */
export function vaultToken(given: VaultToken): Borrowed {
  return {
    name: 'The Vault token',
    ends: endOf(given),
    revoke: (client) => revokeSelf(client, given),
  }
}

/** When a token ends, as a sentence says it. */
export function endOf({ expiresAt }: Pick<VaultToken, 'expiresAt'>): string {
  return expiresAt === undefined ? 'only when somebody revokes it' : `at ${expiresAt.toISOString()}`
}

/** Why a batch token is not taken back: Vault keeps no list of them. */
export function aboutBatch(token: Pick<VaultToken, 'expiresAt'>): string {
  return `The Vault token is a batch token, which cannot be revoked; it ends ${endOf(token)}.`
}

/**
 * Takes a Vault token back, and with it every lease that it made: `POST /v1/auth/token/revoke-self` (Vault API, "Token
 * auth method"). A token that has ended is refused with 403, as is one whose policies do not allow this; of the former
 * newer versions say `invalid token`.
 *
 * @returns `gone` where the token had ended before
 * @throws ActionError of {@link Client.send}
 */
async function revokeSelf(client: Pick<Client, 'send'>, vault: VaultToken): Promise<'revoked' | 'gone'> {
  try {
    await client.send({
      service: SERVICE,
      method: 'POST',
      url: urlOf(vault, 'auth/token/revoke-self'),
      attemptMs: 5_000,
      prepare: () => ({ headers: headersOf(vault, vault.token) }),
      judge: (answer) => {
        const judgement = judge(answer)
        if (answer.status !== 403 || judgement.reason === undefined) return judgement
        return {
          ...judgement,
          hint: 'A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.',
        }
      },
      read: ({ status }) => {
        // Whoever answers otherwise is not Vault: a proxy, or the login page of a network.
        if (status === 204) return
        throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} answered ${status} instead of 204.`, {
          hint: `Check that ${vault.api} is Vault's API and that no gateway or login page is in front of it.`,
        })
      },
    })
    return 'revoked'
  } catch (error) {
    const refused = error instanceof ActionError ? error.refused : undefined
    // A 403 without Vault's own words is that of somebody before it.
    const isVaults = refused?.status === 403 && refused.reason !== undefined
    if (isVaults && (vault.mayRevokeItself || /\b(?:invalid|bad) token\b/.test(refused.reason))) return 'gone'
    throw error
  }
}
