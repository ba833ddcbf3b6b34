import { claimText, isImmutable, namesRepository, yamlText } from '../identity/claims.ts'
import { ActionError, quoted } from '../errors.ts'
import type { Claims, Exchange, Explanation, Grant, Tools } from '../exchange.ts'
import { jsonObject, member, timeOf, type Answer } from '../http/answer.ts'
import type { Judgement } from '../http/call.ts'
import { claimsOf } from '../identity/claims.ts'
import { credential } from '../identity/credential.ts'

const SERVICE = 'Bytebase'
const URL_EXAMPLE = 'https://bytebase.example.com'
const EMAIL_EXAMPLE = 'github-actions@workload.bytebase.com'
/** Lower case; with the project's id for an identity that belongs to a project. */
const EMAIL = /^[^\s\p{Lu}@]+@(?:[a-z\d][a-z\d-]*\.)?workload\.bytebase\.com$/u
/** The server itself waits up to 30 s for the keys of GitHub's issuer; cutting earlier would end an exchange that succeeds. */
const ATTEMPT_MS = 35_000
/** Issuer URLs whose keys the server will not fetch (Bytebase, jwks.go). */
const NEVER_FETCHED = /must use HTTPS|must have a host|cannot be a private address/
/** How much of a message is looked at, in characters: bounds the work that a hostile one makes. */
const MAX_MESSAGE = 2_000

interface Settings {
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

/** The code in the body, a number (REST) or a word (Connect), tells nothing that the status does not. */
function judge(answer: Answer): Judgement {
  const text = member(answer.json, 'message')
  const message = typeof text === 'string' ? text.slice(0, MAX_MESSAGE) : ''
  return {
    // Without the claims that it repeats: they are shown by `explain`, and only where they may be.
    reason: message.replace(/token has \[.*?\], |, got ".*"/gs, ''),
    // The server could not fetch the keys of GitHub's issuer: transient, though it says 401.
    ...(answer.status === 401 &&
      message.includes('failed to fetch JWKS') &&
      !NEVER_FETCHED.test(message) && { again: 2 }),
    // The identity lacks its settings: lasting, though it says 500.
    ...(message.includes('workload identity config not found') && { never: true }),
  }
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

function explain(settings: Settings, error: ActionError, claims: Claims | undefined): Explanation {
  const { url, email, audience } = settings
  if (error.code !== 'DENIED') return {}
  const said = (words: string): boolean => error.refused?.reason?.includes(words) ?? false
  const identity = `the workload identity "${email}"`
  if (said('audience mismatch')) {
    return {
      hint: `The audience of the ID token was "${audience}". In Bytebase, add it to the allowed audiences of ${identity}, or give one of those as \`audience\`.`,
      ...accepted(settings, claims),
    }
  }
  if (said('issuer mismatch')) {
    const issuer = claimText(claims, 'iss')
    return {
      hint: `The issuer (iss) of the ID token was ${quoted(issuer) ?? 'another one than Bytebase expects'}. In Bytebase, the issuer URL of ${identity} must be exactly that.`,
      ...accepted(settings, claims),
    }
  }
  if (said('subject mismatch')) {
    const subject = claimText(claims, 'sub')
    const form = isImmutable(subject ?? '')
      ? ' It has the immutable form, with the ids of owner and repository, which the presets of Bytebase (repo:owner/repository:…) do not match, and its form rewrites such a pattern: set it by the API.'
      : ''
    return {
      hint: `The subject (sub) of the ID token was ${quoted(subject) ?? 'another one than Bytebase expects'}. In Bytebase, change the subject pattern of ${identity} so that it matches.${form}`,
      ...accepted(settings, claims),
    }
  }
  if (said('deactivated')) return { hint: `In Bytebase, activate ${identity} again, or give another one.` }
  if (said('config not found')) {
    return {
      hint: `In Bytebase, ${identity} has no settings for GitHub: give it an issuer URL, allowed audiences and a subject pattern.`,
    }
  }
  if (said('workload identity') && error.refused?.status === 404) {
    return {
      hint: `Check \`email\`: Bytebase has no workload identity "${email}". One that belongs to a project has the project's id in it: NAME@PROJECT.workload.bytebase.com.`,
    }
  }
  if (said('failed to fetch JWKS')) {
    if (NEVER_FETCHED.test(error.refused?.reason ?? '')) {
      return {
        hint: `Bytebase fetches keys only from an https:// address on the internet: check the issuer URL of ${identity}.`,
      }
    }
    return {
      hint: `Bytebase could not fetch the keys of GitHub's ID tokens: its server needs a way to ${claimText(claims, 'iss') ?? 'the issuer'}.`,
    }
  }
  if (said('failed to verify token signature')) {
    return {
      hint: `Bytebase keeps the keys of GitHub's ID tokens for 15 minutes: where GitHub has just changed them, run the job again later. Else check the issuer URL of ${identity}.`,
    }
  }
  if (said('token has expired'))
    return { hint: 'The ID token was new: check the clock of the Bytebase server.' }
  return error.refused?.status === 404 ? { hint: wrongUrl(url) } : {}
}

function wrongUrl(url: URL): string {
  return `Check \`url\`: ${url.origin}${url.pathname.slice(0, -'/v1/auth:exchangeToken'.length)} must be where Bytebase's own pages are, without /v1 at its end.`
}

/** The settings of a workload identity that accept this run and no other. */
function accepted({ email, audience }: Settings, claims: Claims | undefined): Explanation {
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  if (issuer === undefined || subject === undefined) return {}
  // An asterisk at the end would make it a pattern; without the repository it is anybody's who customizes theirs alike.
  if (subject.endsWith('*') || !namesRepository(subject)) return {}
  return {
    advice: 'These settings of the workload identity accept this run:',
    paste: [
      {
        language: 'yaml',
        content: [
          `# workload identity ${email}`,
          `issuerUrl: ${yamlText(issuer)}`,
          'allowedAudiences:',
          `  - ${yamlText(audience)}`,
          `subjectPattern: ${yamlText(subject)}`,
        ].join('\n'),
      },
    ],
  }
}
