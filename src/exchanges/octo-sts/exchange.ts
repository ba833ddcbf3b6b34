import type { Exchange, Revocable } from '../../exchange.ts'
import { jsonObject } from '../../http/answer.ts'
import { credential } from '../../identity/credential.ts'
import { refusal } from './refusal.ts'
import { readSettings, type Settings } from './settings.ts'

const SERVICE = 'Octo STS'
/** GitHub's installation tokens live for an hour. The server tells no time. */
const LIFETIME_MS = 3_600_000
/** An attempt that is cut off can leave a token behind that nobody revokes; the server asks GitHub several times for one. */
const ATTEMPT_MS = 30_000

/** A GitHub App installation token from Octo STS: `POST https://{domain}/sts/exchange` (octo-sts/app). */
export const octoSts: Exchange<Settings> = {
  settings: readSettings,

  exchange: (settings, tools) => {
    const { url, audience, headers: gateway, scope, identity, apiUrl, outlivesJob } = settings
    let sentAt = 0
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      gateway,
      attemptMs: ATTEMPT_MS,
      grantEnds: 'within the hour',
      prepare: async () => {
        const headers = { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` }
        sentAt = tools.now()
        return { headers }
      },
      refusal: (answer) => refusal(answer, settings),
      read: (answer) => {
        // Counted from the request, so that it is never later than the real end.
        const expiresAt = new Date(sentAt + LIFETIME_MS)
        const given = jsonObject(answer, SERVICE, url)['token']
        const revocable = (core: string): Revocable => ({ issuer: 'github', token: core, apiUrl, ends: expiresAt })
        const token = credential(given, 'token', SERVICE, tools.mask, (core) => {
          tools.revokeAtEnd(revocable(core))
        })
        return {
          secrets: [token],
          outputs: { token },
          summary: `Token for "${scope}", granted by the trust policy "${identity}"; ends ${expiresAt.toISOString()}`,
          expiresAt,
          revocable: revocable(token),
          outlivesJob,
        }
      },
    })
  },
}
