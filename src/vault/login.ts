import { ActionError } from '../errors.ts'
import type { Tools } from '../exchange.ts'
import { member, timeOf, type Answer } from '../http/answer.ts'
import { credential } from '../identity/credential.ts'
import { isPresent, textsOf, unwrapped } from './answer.ts'
import { loginRefusal } from './refusal.ts'
import { revocable, type VaultToken } from './revoker.ts'
import { headersOf, SERVICE, urlOf, type VaultServer } from './server.ts'

/** Vault may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const LOGIN_MS = 30_000

/** What a login gives. A limited number of uses counts as {@link VaultToken.mayRevokeItself}: the last one ends it. */
export interface VaultLogin extends VaultToken {
  /** Vault keeps no list of batch tokens: none can be revoked. */
  readonly isBatch: boolean
  /** Names of the policies, `default` and those of the entity among them. */
  readonly policies: readonly string[]
}

/**
 * Logs in with the job's ID token: `POST /v1/auth/{auth-path}/login` (Vault API, "JWT/OIDC auth method"). The token is
 * masked; to have it revoked is left to the caller.
 */
export function login(server: VaultServer, tools: Tools): Promise<VaultLogin> {
  const { audience, authPath, role } = server
  const url = urlOf(server, 'auth', authPath, 'login')
  return tools.send({
    service: SERVICE,
    method: 'POST',
    url,
    audience,
    gateway: server.headers,
    attemptMs: LOGIN_MS,
    grantEnds: 'with the token_ttl of the role',
    prepare: async () => ({
      headers: { ...headersOf(server), 'content-type': 'application/json' },
      body: JSON.stringify({ role, jwt: await tools.idToken(audience) }),
    }),
    refusal: (answer) => loginRefusal(answer, server),
    read: (answer) => readLogin(answer, url, server, tools),
  })
}

function readLogin(answer: Answer, url: URL, server: VaultServer, tools: Tools): VaultLogin {
  const { api, namespace, authPath, headers } = server
  const given = member(unwrapped(answer, url), 'auth')
  if (isPresent(member(given, 'mfa_requirement'))) {
    throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) asks for a second factor.`, {
      hint: `A job has no second factor: exempt the auth method at "${authPath}" from login MFA (sys/mfa/login-enforcement).`,
      leavesNothing: true,
    })
  }
  const policies = textsOf(member(given, 'policies'))
  const seconds = member(given, 'lease_duration')
  const login = {
    api,
    namespace,
    headers,
    isBatch: member(given, 'token_type') === 'batch',
    policies,
    expiresAt: typeof seconds === 'number' && seconds > 0 ? timeOf(tools.now() / 1000 + seconds) : undefined,
    mayRevokeItself: policies.includes('default') || member(given, 'num_uses') !== 0,
  }
  const revoke = (core: string): void => {
    tools.revokeAtEnd(revocable({ ...login, token: core }))
  }
  const token = member(given, 'client_token')
  return { ...login, token: credential(token, 'client token', SERVICE, tools.mask, login.isBatch ? undefined : revoke) }
}
