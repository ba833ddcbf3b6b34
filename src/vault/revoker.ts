import { ActionError } from '../errors.ts'
import type { Revocable, Revoker } from '../exchange.ts'
import { savedHeaders, stateOf } from '../inputs/headers.ts'
import { reasonOf, vaultRefusal } from './answer.ts'
import { headersOf, SERVICE, urlOf, type VaultServer } from './server.ts'

/** A token of Vault as data. */
export interface VaultToken extends Pick<VaultServer, 'api' | 'namespace' | 'headers'> {
  readonly token: string
  /** When it ends by itself; `undefined` if it does not. */
  readonly expiresAt: Date | undefined
  /** Whether the token may revoke itself, which Vault's policy `default` allows. A refusal then tells that it is gone. */
  readonly mayRevokeItself: boolean
}

/** A Vault token as what {@link vault} revokes. */
export function revocable({ token, api, namespace, headers, expiresAt, mayRevokeItself }: VaultToken): Revocable {
  return {
    issuer: 'vault',
    token,
    apiUrl: api,
    ...(expiresAt && { ends: expiresAt }),
    extra: { namespace, mayRevokeItself: String(mayRevokeItself), ...stateOf(headers) },
  }
}

/** Why a batch token is not revoked: Vault keeps no list of them. */
export function aboutBatch({ expiresAt }: Pick<VaultToken, 'expiresAt'>): string {
  const ends = expiresAt === undefined ? NEVER : `at ${expiresAt.toISOString()}`
  return `The Vault token is a batch token, which cannot be revoked; it ends ${ends}.`
}

const NEVER = 'only when somebody revokes it'

/**
 * Revokes a token of Vault or OpenBao, and with it every lease that it made: `POST /v1/auth/token/revoke-self` (Vault API,
 * "Token auth method"). A token that has ended is refused with 403, as is one whose policies do not allow this; of the
 * former newer versions say `invalid token`.
 */
export const vault: Revoker = {
  name: 'The Vault token',
  endsByDefault: NEVER,

  revoke: async (client, { token, apiUrl, extra = {} }, { mask }) => {
    const gateway = savedHeaders(extra, mask)
    const server = { api: apiUrl, namespace: extra['namespace'] ?? '' }
    const course = { isGone: false }
    try {
      await client.send({
        service: SERVICE,
        method: 'POST',
        url: urlOf(server, 'auth/token/revoke-self'),
        gateway,
        attemptMs: 5_000,
        prepare: () => ({ headers: headersOf(server, token) }),
        refusal: (answer) => {
          const reason = reasonOf(answer)
          // A 403 without Vault's own words is that of somebody before it.
          const isVaults = answer.status === 403 && reason !== ''
          course.isGone = isVaults && (extra['mayRevokeItself'] === 'true' || /\b(?:invalid|bad) token\b/.test(reason))
          return vaultRefusal(answer, () => (answer.status === 403 ? { hint: ALLOW } : {}))
        },
        read: ({ status }) => {
          // Any other answer is not from Vault, but from a proxy or the login page of a network.
          if (status === 204) return
          throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} answered ${status} instead of 204.`, {
            hint: `Check that ${apiUrl} is Vault's API and that no gateway or login page is in front of it.`,
          })
        },
      })
      return 'revoked'
    } catch (error) {
      if (course.isGone) return 'gone'
      throw error
    }
  },
}

const ALLOW = 'A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.'
