import type { Tools } from '../exchange.ts'
import type { Claims } from '../explanation.ts'
import { endOf, jsonObject } from '../http/answer.ts'
import { formMessage } from '../http/call.ts'
import { claimsOf } from '../identity/claims.ts'
import { credential } from '../identity/credential.ts'
import { entraRefusal } from './refusal.ts'
import type { Federation } from './settings.ts'

const SERVICE = 'Microsoft Entra'

/** An access token for one API. */
export interface AccessToken {
  readonly token: string
  readonly expiresAt?: Date
}

/**
 * Exchanges an ID token for an access token: `POST {login}/{tenant}/oauth2/v2.0/token` with the ID token as the client's
 * assertion (Microsoft, "OAuth 2.0 client credentials flow", third case; RFC 7523 section 2.2). It cannot be revoked.
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
export function accessToken(federation: Federation, tools: Tools): Promise<AccessToken> {
  const { clientId, audience, resource, url } = federation
  let sent: Claims | undefined
  let sentAt = 0
  return tools.send({
    service: SERVICE,
    method: 'POST',
    url,
    audience,
    // The longest lifetime that a tenant can set.
    grantEnds: 'within a day',
    retriesEmpty: true,
    prepare: async () => {
      const idToken = await tools.idToken(audience, { fresh: true })
      sent = claimsOf(idToken)
      sentAt = tools.now()
      return formMessage({
        client_id: clientId,
        scope: `${resource}/.default`,
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: idToken,
      })
    },
    refusal: (answer) => entraRefusal(answer, federation, sent),
    read: (answer) => {
      const json = jsonObject(answer, SERVICE, url)
      const token = credential(json['access_token'], 'access token', SERVICE, tools.mask)
      const expiresAt = endOf(json['expires_in'], sentAt)
      return { token, ...(expiresAt && { expiresAt }) }
    },
  })
}
