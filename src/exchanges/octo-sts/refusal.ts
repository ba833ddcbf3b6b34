import { explanationOf, type Claims, type Explanation, type Explanations } from '../../explanation.ts'
import { member, messageOf, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import { aboutForm, aboutPassing, claimText, namesRepository } from '../../identity/claims.ts'
import { quoted, yamlText } from '../../text.ts'
import type { Settings } from './settings.ts'

/** What Octo STS means by an answer that is not 2xx: `google.rpc.Status`, with the code as a number (grpc-gateway). */
export function refusal(answer: Answer, settings: Settings): Refusal {
  if (typeof member(answer.json, 'code') !== 'number') return {}
  const message = messageOf(answer)
  // Both can also mean temporary trouble with the keys of the issuer.
  const times =
    answer.status === 401 && message.includes('unable to verify bearer token')
      ? 1
      : answer.status === 400 && message.includes('unable to fetch or create the provider')
        ? 2
        : 0
  return {
    // Without the claims that it repeats: they are shown by the report, and only where they may be.
    reason: message
      .replace(/^(trust policy: (?:issuer|subject)) ".*" (?=did not match)/s, '$1 ')
      .replace(/ any of \[.*\]$/s, ''),
    retry: { times },
    explain: (claims) => explain(message, settings, claims),
  }
}

/** What a hint speaks of. */
interface Refused {
  readonly settings: Settings
  readonly claims: Claims | undefined
  /** The trust policy, as a sentence names it. */
  readonly policy: string
  /** Of the repository. */
  readonly owner: string
  /** Of the ID token, in quotes. */
  readonly issuer: string
}

/** Octo STS keeps what it read, or that there was nothing, for so long (octo-sts/app, octosts.go). */
const WAIT = ' After a change, wait 5 minutes: Octo STS caches the policy for that long.'

/** Where the policies of an owner are may be set (octo-sts/app#1283). */
const UNLESS_SET = ' (unless the server sets ORG_POLICY_REPO)'

/** What a person can do, by what Octo STS says; the first that fits. */
const EXPLANATIONS: Explanations<Refused> = [
  [
    /unable to (find|read|parse|compile) trust policy/,
    ({ policy }) =>
      `Octo STS looks for ${policy}, on the default branch, and says the same if it cannot read the file.${WAIT}`,
    (refused) => suggestPolicy(refused, { isThere: false }),
  ],
  [
    /trust policy: issuer/,
    ({ policy, issuer }) =>
      `The issuer (iss) of the ID token was ${issuer}: set that as \`issuer\` in ${policy}.${WAIT}`,
    suggestPolicy,
  ],
  [/trust policy: subject/, aboutSubject, suggestPolicy],
  [/trust policy: audience/, aboutAudience, suggestPolicy],
  [
    /trust policy: .*claim/,
    ({ policy }) => `Compare claim_pattern in ${policy} with the claims of the ID token below.${WAIT}`,
  ],
  [
    /no installation found|no GitHub App/i,
    ({ settings: { domain }, owner }) =>
      `The GitHub App of ${domain} must be installed for "${owner}": check \`scope\`, and the app's installations.`,
  ],
  [
    /StatusUnprocessableEntity/,
    ({ settings: { domain, scope }, policy }) =>
      `GitHub refused the permissions or repositories of ${policy}: the GitHub App of ${domain} must have them all, on "${scope}".${WAIT}`,
  ],
  [
    /issuer not permitted by organization policy|trusted-issuer configuration is invalid/,
    ({ issuer, owner }) =>
      `The issuer (iss) of the ID token was ${issuer}: "${owner}" must list it in ".github/chainguard/trusted-token-issuers.yaml" of its repository "${owner}/.github"${UNLESS_SET}, in a form that Octo STS can read.${WAIT}`,
  ],
  [
    /unable to (verify bearer token|fetch or create the provider)/,
    () =>
      'Octo STS could not check the ID token. It may have temporary trouble with the keys of the issuer: run the job again.',
  ],
  [
    /invalid subject/,
    () =>
      'Octo STS accepts no subject with quotes, brackets or any of \\ ; & $ < >: rename the branch or the environment.',
  ],
]

function explain(message: string, settings: Settings, claims: Claims | undefined): Explanation {
  const { path, repository } = fileOf(settings)
  return explanationOf(EXPLANATIONS, message, {
    settings,
    claims,
    policy: `the trust policy "${path}" in "${repository}"${settings.scope.includes('/') ? '' : UNLESS_SET}`,
    owner: settings.scope.split('/')[0] ?? '',
    issuer: quoted(claimText(claims, 'iss')) ?? 'different (it is not shown here)',
  })
}

function aboutSubject({ claims, policy }: Refused): string {
  const subject = claimText(claims, 'sub')
  return subject === undefined
    ? `\`subject\` in ${policy} must be the subject (sub) of the ID token.${WAIT}`
    : `The subject (sub) of the ID token was "${subject}": set that as \`subject\` in ${policy}.${aboutForm(subject)}${WAIT}`
}

function aboutAudience({ settings: { audience, domain }, policy }: Refused): string {
  const change =
    audience === domain
      ? `remove \`audience\` from ${policy}, which has another one, or set \`audience\` here to that one.`
      : `set it as \`audience\` in ${policy}; without one, the policy accepts only "${domain}".`
  return `The audience of the ID token was "${audience}": ${change}${WAIT}`
}

/** The file of the trust policy. */
function fileOf({ scope, identity }: Settings): { readonly repository: string; readonly path: string } {
  return {
    repository: scope.includes('/') ? scope : `${scope}/.github`,
    path: `.github/chainguard/${identity}.sts.yaml`,
  }
}

/**
 * A trust policy that matches this run and no other.
 *
 * @param isThere whether Octo STS read the file; if it did not, nobody knows whether there is one
 */
function suggestPolicy({ settings, claims }: Refused, { isThere } = { isThere: true }): Explanation {
  const { audience, domain } = settings
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  const repositoryId = claimText(claims, 'repository_id')
  if (issuer === undefined || subject === undefined) return {}
  const passing = aboutPassing(subject)
  if (passing !== undefined) return { advice: passing }
  const named = namesRepository(subject)
  if (!named && repositoryId === undefined) return {}
  return {
    advice: isThere
      ? 'With these settings, the trust policy matches this run. Keep its `permissions`:'
      : 'This trust policy matches this run:',
    paste: [
      {
        language: 'yaml',
        content: [
          `issuer: ${yamlText(issuer)}`,
          `subject: ${yamlText(subject)}`,
          ...(audience === domain ? [] : [`audience: ${yamlText(audience)}`]),
          // Every repository with the same customization has this subject.
          ...(named ? [] : ['claim_pattern:', `  repository_id: ${yamlText(repositoryId ?? '')}`]),
          ...(isThere ? [] : ['permissions:', '  contents: read # what the token may do']),
        ].join('\n'),
        file: { ...fileOf(settings), ...(isThere && { exists: true }) },
      },
    ],
  }
}
