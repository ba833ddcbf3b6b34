import { ActionError } from '../errors.ts'
import type { Revocable, Tools } from '../exchange.ts'
import { member, timeOf, type Answer } from '../http/answer.ts'
import { credential } from '../identity/credential.ts'
import { stateOf } from '../inputs/headers.ts'
import { isPresent, textsOf, unwrapped } from './answer.ts'
import { loginRefusal } from './refusal.ts'
import { NEVER } from './revoker.ts'
import { headersOf, SERVICE, urlOf, type VaultServer } from './server.ts'

/** Vault may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const LOGIN_MS = 30_000

/** What a login gives. */
export interface VaultLogin {
  readonly token: string
  /** Names of the policies, `default` and those of the entity among them. */
  readonly policies: readonly string[]
  /** When the token ends by itself; `undefined` if it does not. */
  readonly expiresAt: Date | undefined
  /** As what it is revoked; `undefined` for a batch token: Vault keeps no list of them. */
  readonly revocable: Revocable | undefined
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
  const expiresAt = typeof seconds === 'number' && seconds > 0 ? timeOf(tools.now() / 1000 + seconds) : undefined
  // Vault's policy `default` allows it, and the last of a limited number of uses ends the token. A refusal then tells that it is gone.
  const mayRevokeItself = policies.includes('default') || member(given, 'num_uses') !== 0
  const revocable = (token: string): Revocable => ({
    issuer: 'vault',
    token,
    apiUrl: api,
    ...(expiresAt && { ends: expiresAt }),
    extra: { namespace, mayRevokeItself: String(mayRevokeItself), ...stateOf(headers) },
  })
  const isBatch = member(given, 'token_type') === 'batch'
  const revoke = (core: string): void => {
    tools.revokeAtEnd(revocable(core))
  }
  const client = member(given, 'client_token')
  const token = credential(client, 'client token', SERVICE, tools.mask, isBatch ? undefined : revoke)
  return { token, policies, expiresAt, revocable: isBatch ? undefined : revocable(token) }
}

/** What a summary adds about a token that cannot be revoked; empty for another. */
export function aboutBatch({ revocable, expiresAt }: VaultLogin): string {
  if (revocable !== undefined) return ''
  const ends = expiresAt === undefined ? NEVER : `at ${expiresAt.toISOString()}`
  return ` The Vault token is a batch token, which cannot be revoked; it ends ${ends}.`
}
