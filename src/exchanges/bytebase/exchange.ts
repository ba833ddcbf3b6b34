import { ActionError } from '../../errors.ts'
import type { Exchange, Grant, Tools } from '../../exchange.ts'
import { jsonObject, timeOf, type Answer } from '../../http/answer.ts'
import { claimsOf } from '../../identity/claims.ts'
import { credential } from '../../identity/credential.ts'
import { refusal, wrongUrl } from './refusal.ts'
import { readSettings, type Settings } from './settings.ts'

const SERVICE = 'Bytebase'
/** The server itself waits up to 30 s for the keys of GitHub's issuer; cutting earlier would end an exchange that succeeds. */
const ATTEMPT_MS = 35_000

/** A Bytebase API token of a workload identity: `POST {url}/v1/auth:exchangeToken` (Bytebase API, AuthService). */
export const bytebase: Exchange<Settings> = {
  settings: readSettings,

  exchange: (settings, tools) => {
    const { url, email, audience, headers } = settings
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      gateway: headers,
      attemptMs: ATTEMPT_MS,
      grantEnds: 'within the hour',
      prepare: async () => ({
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ token: await tools.idToken(audience), email }),
      }),
      refusal: (answer) => refusal(answer, settings),
      read: (answer) => grantFrom(answer, settings, tools),
    })
  },
}

function grantFrom(answer: Answer, { url, email }: Settings, tools: Tools): Grant {
  if (/^\s*</.test(answer.text)) {
    throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) answered with a web page: the URL is wrong.`, {
      hint: wrongUrl(url),
      leavesNothing: true,
    })
  }
  const token = credential(jsonObject(answer, SERVICE, url)['accessToken'], 'access token', SERVICE, tools.mask)
  const expiresAt = timeOf(claimsOf(token)?.['exp'])
  return {
    secrets: [token],
    outputs: { token },
    summary: `Bytebase API token for "${email}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
    ...(expiresAt && { expiresAt }),
  }
}
