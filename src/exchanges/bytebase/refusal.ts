import { explanationOf, type Claims, type Explanation, type Explanations } from '../../explanation.ts'
import { member, messageOf, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import { aboutForm, aboutPassing, claimText, namesRepository } from '../../identity/claims.ts'
import { quoted, yamlText } from '../../text.ts'
import type { Settings } from './settings.ts'

/** Issuer URLs whose keys the server will not fetch (Bytebase, jwks.go). */
const NEVER_FETCHED = /must use HTTPS|must have a host|cannot be a private address/

/** What a server without web pages says of a path that it does not know, without a code (labstack/echo). */
const NO_ROUTE = /gateway routing error|^(?:Not Found|Method Not Allowed)$/

/**
 * Patterns that match no subject (Bytebase from 3.22.1 on, `ValidateSubjectPattern` in subject.go): empty, or a beginning
 * that names no owner.
 */
const MATCHES_NOTHING = /expected pattern "(?:(?:r|re|rep|repo|repo:[^/"]*)?\*)?"/

/** What Bytebase means by an answer that is not 2xx: it has a code, a number (REST) or a word (Connect). */
export function refusal(answer: Answer, settings: Settings): Refusal {
  const { status } = answer
  const message = messageOf(answer)
  const identity = `the workload identity "${settings.email}"`
  if (member(answer.json, 'code') === undefined && !NO_ROUTE.test(message)) return {}
  // The server could not fetch the keys of GitHub's issuer: transient, though it says 401.
  const isTransient = status === 401 && message.includes('failed to fetch JWKS') && !NEVER_FETCHED.test(message)
  return {
    // Without the claims that it repeats: they are shown by the report, and only where they may be.
    reason: message.replace(/token has \[.*?\], |, got ".*"/gs, ''),
    // The identity lacks its settings: lasting, though it says 500.
    retry: message.includes('workload identity config not found') ? 'never' : { times: isTransient ? 2 : 0 },
    explain: (claims) => explanationOf(EXPLANATIONS, message, { settings, claims, identity, message }),
  }
}

/** What a hint speaks of. */
interface Refused {
  readonly settings: Settings
  readonly claims: Claims | undefined
  /** The workload identity, as a sentence names it. */
  readonly identity: string
  /** In the words of the server. */
  readonly message: string
}

/** From this version on (bytebase/bytebase#21408), the settings must name an audience and an owner. */
const SINCE = 'From Bytebase 3.22.1 on,'

/** What a person can do, by what Bytebase says; the first that fits. */
const EXPLANATIONS: Explanations<Refused> = [
  [
    /audience mismatch/,
    ({ settings: { audience }, identity, message }) =>
      `The audience of the ID token was "${audience}". In Bytebase, add it to the allowed audiences of ${identity}, or set \`audience\` to one of those.${message.endsWith('allowed []') ? ` ${SINCE} an empty list accepts none.` : ''}`,
    suggestSettings,
  ],
  [
    /issuer mismatch/,
    ({ claims, identity }) =>
      `The issuer (iss) of the ID token was ${quoted(claimText(claims, 'iss')) ?? 'not the one that Bytebase expects'}. In Bytebase, the issuer URL of ${identity} must be exactly that.`,
    suggestSettings,
  ],
  [/subject mismatch/, aboutSubject, suggestSettings],
  [/deactivated/, ({ identity }) => `In Bytebase, activate ${identity} again, or use another one.`],
  [
    /config not found/,
    ({ identity }) =>
      `In Bytebase, ${identity} has no settings for GitHub: add an issuer URL, allowed audiences and a subject pattern.`,
  ],
  [
    /workload identity ".*" not found/s,
    ({ settings: { email } }) =>
      `Check \`email\`: Bytebase has no workload identity "${email}". The e-mail of a project's identity contains the project's id: NAME@PROJECT.workload.bytebase.com.`,
  ],
  [
    /failed to fetch JWKS/,
    ({ claims, identity, message }) =>
      NEVER_FETCHED.test(message)
        ? `Bytebase fetches keys only from an https:// address on the internet: check the issuer URL of ${identity}, and its JWKS URL if it has one.`
        : `Bytebase could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${claimText(claims, 'iss') ?? 'the issuer'}.`,
  ],
  [
    /failed to verify token signature/,
    ({ identity }) =>
      `Bytebase caches the keys of GitHub's ID tokens for 15 minutes: if GitHub has just changed them, run the job again later. Otherwise check the issuer URL of ${identity}, and its JWKS URL if it has one.`,
  ],
  [/token has expired/, () => 'The ID token was new: check the clock of the Bytebase server.'],
  [NO_ROUTE, ({ settings }) => wrongUrl(settings.url)],
]

function aboutSubject({ claims, identity, message }: Refused): string {
  const subject = claimText(claims, 'sub')
  const owner = MATCHES_NOTHING.test(message)
    ? ` ${SINCE} a pattern matches nothing if it is empty, or ends in * before it names an owner and a slash (repo:OWNER/*).`
    : ''
  return `The subject (sub) of the ID token was ${quoted(subject) ?? 'not the one that Bytebase expects'}. In Bytebase, change the subject pattern of ${identity} so that it matches.${owner}${aboutForm(subject, { byName: 'a pattern that begins with repo:owner/repository' })}`
}

/** What to do where the URL is not that of Bytebase. */
export function wrongUrl(url: URL): string {
  return `Check \`url\`: ${url.origin}${url.pathname.slice(0, -'/v1/auth:exchangeToken'.length)} must be the address of Bytebase's web pages, without /v1 at the end.`
}

/** The settings of a workload identity that accept this run and no other. */
function suggestSettings({ settings: { email, audience }, claims }: Refused): Explanation {
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  if (issuer === undefined || subject === undefined) return {}
  // An asterisk at the end would make it a pattern; without the repository, every repository with the same customization has it.
  if (subject.endsWith('*') || !namesRepository(subject)) return {}
  const passing = aboutPassing(subject)
  if (passing !== undefined) return { advice: passing }
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
