import { ActionError } from '../../errors.ts'
import type { Exchange, Grant, Tools } from '../../exchange.ts'
import { jsonObject, timeOf, type Answer } from '../../http/answer.ts'
import { claimsOf } from '../../identity/claims.ts'
import { credential } from '../../identity/credential.ts'
import { explain, judge, wrongUrl } from './refusal.ts'

const SERVICE = 'Bytebase'
const URL_EXAMPLE = 'https://bytebase.example.com'
const EMAIL_EXAMPLE = 'github-actions@workload.bytebase.com'
/** Lower case; with the project's id for an identity that belongs to a project. */
const EMAIL = /^[^\s\p{Lu}@]+@(?:[a-z\d][a-z\d-]*\.)?workload\.bytebase\.com$/u
/** The server itself waits up to 30 s for the keys of GitHub's issuer; cutting earlier would end an exchange that succeeds. */
const ATTEMPT_MS = 35_000

export interface Settings {
  readonly url: URL
  readonly email: string
  readonly audience: string
}

/** A Bytebase API token of a workload identity: `POST {url}/v1/auth:exchangeToken` (Bytebase API, AuthService). */
export const bytebase: Exchange<Settings> = {
  settings: (inputs, environment) => {
    const base = inputs.url('url', inputs.required('url', URL_EXAMPLE), URL_EXAMPLE)
    return {
      url: new URL(`${base.href.replace(/\/+$/, '')}/v1/auth:exchangeToken`),
      email: inputs.matching(
        'email',
        inputs.required('email', EMAIL_EXAMPLE),
        EMAIL,
        'must be the e-mail of a workload identity, in lower case: NAME@workload.bytebase.com or NAME@PROJECT.workload.bytebase.com',
        EMAIL_EXAMPLE,
      ),
      audience:
        inputs.line('audience') || `https://github.com/${environment['GITHUB_REPOSITORY_OWNER'] ?? ''}`,
    }
  },

  exchange: (settings, tools) => {
    const { url, email, audience } = settings
    tools.connectEarly(url)
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      attemptMs: ATTEMPT_MS,
      prepare: async () => ({
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ token: await tools.idToken(audience), email }),
      }),
      judge,
      read: (answer) => grantFrom(answer, settings, tools),
    })
  },

  explain,
}

function grantFrom(answer: Answer, { url, email }: Settings, tools: Tools): Grant {
  if (/^\s*</.test(answer.text)) {
    throw new ActionError(
      'UNUSABLE_ANSWER',
      `${SERVICE} (${url.host}) answered with a web page: the URL is wrong.`,
      {
        hint: wrongUrl(url),
      },
    )
  }
  const token = credential(
    jsonObject(answer, SERVICE, url)['accessToken'],
    'access token',
    SERVICE,
    tools.conceal,
  )
  const expiresAt = timeOf(claimsOf(token)?.['exp'])
  return {
    secrets: [token],
    outputs: { token },
    summary: `Bytebase API token for "${email}"${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
    ...(expiresAt && { expiresAt }),
  }
}
