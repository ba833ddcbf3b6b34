import { ActionError } from '../../errors.ts'
import type { Revocable, Revoker, RevokerTools, Tools } from '../../exchange.ts'
import type { Claims } from '../../explanation.ts'
import { looksLikeHtml, member, type Answer } from '../../http/answer.ts'
import { formMessage } from '../../http/call.ts'
import { claimsOf } from '../../identity/claims.ts'
import { savedHeaders, type Headers } from '../../inputs/headers.ts'
import { AUTHENTICATIONS, hasSecret, proofOf, secretsOf, type OAuthClient } from './client.ts'
import { ENDS } from './grant.ts'
import { oauthRefusal } from './refusal.ts'

const SERVICE = 'the revocation endpoint'
/** How long one attempt may take, in ms. */
const ATTEMPT_MS = 5_000

/**
 * Revokes a token as the client that got it: RFC 7009. A refresh token that came with it is revoked too. The client's
 * secret is in no state: it is read from the input again, and only sent where the input `revocation-url` says.
 */
export const oauth: Revoker = {
  name: 'The token',
  endsByDefault: ENDS,

  revoke: async ({ send }, revocable, tools) => {
    const client = clientOf(revocable, tools)
    const { token, extra = {} } = revocable
    const { refreshToken } = extra
    if (refreshToken !== undefined) tools.mask(refreshToken)
    const gateway = savedHeaders(extra, tools.mask)
    const all = [token, ...(refreshToken === undefined ? [] : [refreshToken])]
    // Each is waited for: one that fails must not end the other.
    const revoking = all.map((each) => revokeOne(each, client, revocable, gateway, { ...tools, send }))
    await Promise.allSettled(revoking)
    return (await Promise.all(revoking)).includes('revoked') ? 'revoked' : 'gone'
  },
}

/**
 * The client that the token was issued to.
 *
 * @throws ActionError `INVALID_INPUT` if the step did not get the inputs that the token was issued with
 */
function clientOf({ apiUrl, extra = {} }: Revocable, tools: RevokerTools): OAuthClient {
  const authentication = AUTHENTICATIONS.find((each) => each === extra['authentication']) ?? 'none'
  const client = { authentication, id: extra['clientId'] ?? '', secret: '' }
  if (!hasSecret(client)) return client
  const url = tools.input('revocation-url')
  const secret = tools.input('client-secret')
  // Another step could have named another URL in the state.
  if (secret === '' || !URL.canParse(url) || new URL(url).href !== apiUrl) {
    throw new ActionError(
      'INVALID_INPUT',
      'The runner did not pass the inputs `revocation-url` and `client-secret` on as they were.',
      {
        hint: 'Composite actions that are called by others lose them (actions/runner#3514): use the step outside of those, or with `client-authentication: id-token`, which needs neither.',
      },
    )
  }
  const found = { ...client, secret }
  for (const each of secretsOf(found)) tools.mask(each)
  return found
}

function revokeOne(
  token: string,
  client: OAuthClient,
  { apiUrl, extra = {} }: Revocable,
  gateway: Headers | undefined,
  tools: Pick<Tools, 'idToken' | 'send'>,
): Promise<'revoked' | 'gone'> {
  const url = new URL(apiUrl)
  let sent: Claims | undefined
  return tools.send({
    service: SERVICE,
    method: 'POST',
    url,
    gateway,
    attemptMs: ATTEMPT_MS,
    once: true,
    prepare: async () => {
      const { headers, fields } = await proofOf(client, async () => {
        const idToken = await tools.idToken(extra['audience'] ?? url.origin, { fresh: true })
        sent = claimsOf(idToken)
        return idToken
      })
      return formMessage([['token', token], ...fields], headers)
    },
    refusal: (answer) => ({ ...oauthRefusal(answer, sent), explain: () => hintFor(answer) }),
    read: (answer) => outcomeOf(answer, url),
  })
}

/** RFC 7009 section 2.2: 200, whatever the body, also for a token that is not valid; Keycloak says so in the body. */
function outcomeOf(answer: Answer, url: URL): 'revoked' | 'gone' {
  const isHtml = looksLikeHtml(answer)
  if (answer.status !== 200 || isHtml) {
    const what = isHtml ? 'with a web page' : `${answer.status} instead of 200`
    throw new ActionError('UNUSABLE_ANSWER', `The revocation endpoint (${url.host}) answered ${what}.`, {
      hint: 'Check `revocation-url`, and that no gateway or login page is in front of it.',
    })
  }
  return member(answer.json, 'error') === undefined ? 'revoked' : 'gone'
}

function hintFor({ json }: Answer): { hint?: string } {
  switch (member(json, 'error')) {
    case 'invalid_client':
      return { hint: 'The client must be able to authenticate here as it does at `token-url`.' }
    case 'unsupported_token_type':
      return { hint: 'The server does not revoke tokens of this type: leave out `revocation-url`.' }
    default:
      return {}
  }
}
