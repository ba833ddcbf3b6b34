import { ActionError } from '../errors.ts'
import type { Tools } from '../exchange.ts'
import { member, type Answer } from '../http/answer.ts'
import { credential } from '../identity/credential.ts'
import { isPresent, judge, textsOf, unwrapped } from './answer.ts'
import { KEYS_TROUBLE } from './refusal.ts'
import { headersOf, SERVICE, urlOf, type VaultServer } from './server.ts'

/** Vault may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const LOGIN_MS = 30_000

/** What a login gives. */
export interface VaultLogin {
  readonly token: string
  /** Vault keeps no list of batch tokens: none can be revoked. */
  readonly isBatch: boolean
  /** Names of the policies, `default` and those of the entity among them. */
  readonly policies: readonly string[]
  /** How long the token lives, in s; 0 where it does not end. */
  readonly seconds: number
  /** See {@link VaultToken.mayRevokeItself}. Also of a token with a limited number of uses: the last one ends it. */
  readonly mayRevokeItself: boolean
}

/**
 * Logs in with the job's ID token: `POST /v1/auth/{auth-path}/login` (Vault API, "JWT/OIDC auth method"). The token is
 * concealed; to take it back is left to the caller.
 */
export function login(server: VaultServer, tools: Tools): Promise<VaultLogin> {
  const { audience, authPath, role } = server
  const url = urlOf(server, 'auth', authPath, 'login')
  return tools.send({
    service: SERVICE,
    method: 'POST',
    url,
    audience,
    attemptMs: LOGIN_MS,
    grantEnds: 'with the token_ttl of the role',
    prepare: async () => ({
      headers: { ...headersOf(server), 'content-type': 'application/json' },
      body: JSON.stringify({ role, jwt: await tools.idToken(audience) }),
    }),
    judge: (answer) => {
      const judgement = judge(answer)
      const hints: Readonly<Record<number, string>> = {
        403: `Vault says this where there is no auth method at ${authPath}, in another \`namespace\`, or where the role ${role} does not take logins from the address of this runner (token_bound_cidrs).`,
        404: `Check \`auth-path\` and \`namespace\`: Vault has no auth method at ${authPath}.`,
      }
      const hint = hints[answer.status]
      return {
        ...judgement,
        ...(answer.status === 400 && KEYS_TROUBLE.test(judgement.reason ?? '') && { again: 2 }),
        ...(hint !== undefined && { hint }),
      }
    },
    read: (answer) => readLogin(answer, url, authPath, tools.conceal),
  })
}

function readLogin(answer: Answer, url: URL, authPath: string, conceal: Tools['conceal']): VaultLogin {
  const given = member(unwrapped(answer, url), 'auth')
  if (isPresent(member(given, 'mfa_requirement'))) {
    throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) asks for a second factor.`, {
      hint: `A job has none: exempt the auth method at ${authPath} from login MFA (sys/mfa/login-enforcement).`,
    })
  }
  const policies = textsOf(member(given, 'policies'))
  const seconds = member(given, 'lease_duration')
  return {
    token: credential(member(given, 'client_token'), 'client token', SERVICE, conceal),
    isBatch: member(given, 'token_type') === 'batch',
    policies,
    seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 0,
    mayRevokeItself: policies.includes('default') || member(given, 'num_uses') !== 0,
  }
}
