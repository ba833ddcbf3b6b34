import { ActionError } from '../errors.ts'
import type { Revoker } from '../exchange.ts'
import { savedHeaders } from '../inputs/headers.ts'
import { reasonOf, vaultRefusal } from './answer.ts'
import { headersOf, SERVICE, urlOf } from './server.ts'

/** When a token without an expiry ends, in words. */
export const NEVER = 'only when somebody revokes it'

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
