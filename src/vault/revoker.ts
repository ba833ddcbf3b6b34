import type { Revoker } from '../exchange.ts'
import { expectNoContent } from '../http/answer.ts'
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

  revoke: (client, { token, apiUrl, extra = {} }, { mask }) => {
    const gateway = savedHeaders(extra, mask)
    const server = { api: apiUrl, namespace: extra['namespace'] ?? '' }
    const url = urlOf(server, 'auth/token/revoke-self')
    return client.send({
      service: SERVICE,
      method: 'POST',
      url,
      gateway,
      attemptMs: 5_000,
      prepare: () => ({ headers: headersOf(server, token) }),
      readRefusal: (answer) => {
        const reason = reasonOf(answer)
        // A 403 without Vault's own words is that of somebody before it.
        const isVaults = answer.status === 403 && reason !== ''
        const isGone = extra['mayRevokeItself'] === 'true' || /\b(?:invalid|bad) token\b/.test(reason)
        return isVaults && isGone ? 'gone' : undefined
      },
      refusal: (answer) => vaultRefusal(answer, () => (answer.status === 403 ? { hint: ALLOW } : {})),
      read: (answer) => {
        expectNoContent(answer, SERVICE, url, `${apiUrl} is Vault's API`)
        return 'revoked'
      },
    })
  },
}

const ALLOW = 'A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.'
