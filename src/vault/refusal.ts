import { explanationOf, type Claims, type Explanation, type Explanations } from '../explanation.ts'
import { textOf, type Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'
import { aboutForm, aboutPassing, claimText, SHOWN_CLAIMS } from '../identity/claims.ts'
import { quoted } from '../text.ts'
import { vaultRefusal } from './answer.ts'
import type { VaultServer } from './server.ts'

/** Trouble with the keys of the issuer on Vault's way to them: transient, though Vault says 400. */
const KEYS_TROUBLE =
  /^error (?:validating token|configuring token validator): .*(?:fetching keys|get keys failed|dial tcp|no such host|connection re|timeout|deadline exceeded|\bEOF\b|\b5\d\d )/i

/** What a write of a role does with what it omits (vault-plugin-auth-jwt, path_role.go). */
const KEEPS = ' A write of the role keeps every field that it omits, but for role_type and bound_claims_type.'

/** A claim that does not fit, and its name. */
const CLAIM = /^error validating claims:.*?claim "([^"]{1,60})"/s

/** What a hint speaks of. */
interface Login {
  readonly server: VaultServer
  readonly claims: Claims | undefined
  /** The role, as a sentence names it. */
  readonly place: string
  /** In the words of Vault. */
  readonly reason: string
}

/** What a person can do, by what Vault says (texts of hashicorp/vault-plugin-auth-jwt); the first that fits. */
const EXPLANATIONS: Explanations<Login> = [
  [
    /no audiences bound to the role/,
    ({ server, place }) =>
      `The audience of the ID token was "${server.audience}": add it to bound_audiences of ${place}, which has none.`,
    suggestSettings,
  ],
  [
    /\(aud\) claim|aud claim/,
    ({ server, place }) =>
      `The audience of the ID token was "${server.audience}": add it to bound_audiences of ${place}, or set \`audience\` to one of those.`,
    suggestSettings,
  ],
  [
    /\(sub\) claim|sub claim/,
    ({ claims, place }) =>
      `The subject (sub) of the ID token was ${quoted(claimText(claims, 'sub')) ?? 'another one'}: change bound_subject of ${place}.${aboutForm(claimText(claims, 'sub'))}${KEEPS}`,
    suggestSettings,
  ],
  [CLAIM, aboutClaim, suggestSettings],
  [
    /^role .*could not be found/,
    ({ server: { authPath, role } }) =>
      `Check \`role\`, \`auth-path\` and \`namespace\`: there is no role "${role}" in the auth method at "${authPath}".`,
    suggestRole,
  ],
  [
    /oidc role_type/,
    ({ server: { role } }) =>
      `The role "${role}" is for people in a browser: it must have role_type=jwt. Vault turns it back into an oidc role on every write that omits role_type.`,
    suggestSettings,
  ],
  [
    KEYS_TROUBLE,
    ({ claims }) =>
      `Vault could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${claimText(claims, 'iss') ?? 'their issuer'}.`,
  ],
  [/\((?:exp|nbf|iat)\) claim/, () => 'The ID token was new: check the clock of the Vault server.'],
  [
    /^permission denied/,
    ({ server: { authPath, role } }) =>
      `Vault says this if there is no auth method at "${authPath}", if \`namespace\` is wrong, or if the role "${role}" does not accept logins from this runner's address (token_bound_cidrs).`,
  ],
  [
    /^no handler for route/,
    ({ server: { authPath } }) => `Check \`auth-path\` and \`namespace\`: Vault has no auth method at "${authPath}".`,
  ],
  [
    /^error (?:validating token|configuring token validator)|could not load configuration/,
    ({ server: { authPath }, claims }) =>
      `The issuer (iss) of the ID token was ${quoted(claimText(claims, 'iss')) ?? 'that of GitHub'}: "auth/${authPath}/config" must have it as oidc_discovery_url and bound_issuer.`,
  ],
]

/** What Vault means by an answer that is not 2xx to a login. */
export function loginRefusal(answer: Answer, server: VaultServer): Refusal {
  const place = `the role "${server.role}" ("auth/${server.authPath}/role/${server.role}")`
  const refusal = vaultRefusal(answer, (reason, claims) =>
    explanationOf(EXPLANATIONS, reason, { server, claims, place, reason }),
  )
  const isTransient = answer.status === 400 && KEYS_TROUBLE.test(textOf(refusal.reason))
  return { ...refusal, ...(isTransient && { retry: { times: 2 } }) }
}

/** Vault names the claim that did not fit: its value is shown only where it may be. */
function aboutClaim({ reason, place, claims }: Login): string {
  const claim = CLAIM.exec(reason)?.[1] ?? ''
  const value = SHOWN_CLAIMS.includes(claim) ? claimText(claims, claim) : undefined
  const isMissing = reason.endsWith(' is missing')
  const start =
    value !== undefined
      ? `The claim "${claim}" of the ID token was "${value}": compare`
      : isMissing
        ? `The ID token has no claim "${claim}": compare`
        : 'Compare'
  return `${start} bound_claims of ${place} with the claims of the ID token.${claim === 'sub' ? aboutForm(value) : ''}${KEEPS}`
}

/** What an existing role must have to accept this run and no other; see {@link KEEPS}. */
function suggestSettings(login: Login): Explanation {
  return toPaste(login, 'With these settings, the role accepts this run')
}

/** A new role, which must have a `user_claim`, and a token that ends soon. */
function suggestRole(login: Login): Explanation {
  const { role } = login.server
  return toPaste(login, `This creates a role that accepts this run and gives it the policy "${role}"`, {
    user_claim: 'repository_id',
    token_policies: [role],
    token_ttl: '1h',
  })
}

/** As `vault write` reads it. */
function toPaste({ server, claims }: Login, what: string, more: Readonly<Record<string, unknown>> = {}): Explanation {
  const { role, authPath, audience } = server
  const subject = claimText(claims, 'sub')
  const repositoryId = claimText(claims, 'repository_id')
  if (subject === undefined || repositoryId === undefined) return {}
  const passing = aboutPassing(subject)
  if (passing !== undefined) return { advice: passing }
  const settings = {
    role_type: 'jwt',
    bound_audiences: [audience],
    bound_subject: subject,
    bound_claims: { repository_id: repositoryId },
    ...more,
  }
  return {
    advice: `${what} (vault write auth/${authPath}/role/${role} @role.json):`,
    paste: [{ language: 'json', content: JSON.stringify(settings, undefined, 2) }],
  }
}
