import type { Exchange, Tools } from '../../exchange.ts'
import type { Claims } from '../../explanation.ts'
import { formMessage, type Message } from '../../http/call.ts'
import { claimsOf } from '../../identity/claims.ts'
import { proofOf, secretsOf, type Field } from './client.ts'
import { ENDS, grantFrom, SERVICE } from './grant.ts'
import { refusal } from './refusal.ts'
import { readSettings, type Settings } from './settings.ts'

/** The server may fetch the keys of GitHub's issuer first; cutting earlier would leave a token behind that nobody revokes. */
const ATTEMPT_MS = 30_000

/** What the last attempt was. */
interface Attempt {
  /** When it was sent, in ms since the epoch. */
  at: number
  /** Of its ID token. */
  claims: Claims | undefined
}

/**
 * A token from any OAuth 2.0 token endpoint: token exchange (RFC 8693), or an assertion as the grant or of the client
 * (RFC 7523). Every attempt has an ID token of its own, since some servers take each only once.
 */
export const oauthToken: Exchange<Settings> = {
  settings: readSettings,

  exchange: (settings, tools) => {
    const { url, audience, client, headers } = settings
    for (const secret of secretsOf(client)) tools.mask(secret)
    const attempt: Attempt = { at: 0, claims: undefined }
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      audience,
      gateway: headers,
      attemptMs: ATTEMPT_MS,
      once: true,
      grantEnds: ENDS,
      prepare: () => messageOf(settings, tools, attempt),
      refusal: (answer) => refusal(answer, settings, attempt.claims),
      read: (answer) => grantFrom(answer, settings, attempt.at, tools),
    })
  },
}

async function messageOf(settings: Settings, tools: Tools, attempt: Attempt): Promise<Message> {
  const { idTokenField, audience, client, fields, body } = settings
  const idToken = async (): Promise<string> => {
    const token = await tools.idToken(audience, { fresh: true })
    attempt.claims = claimsOf(token)
    return token
  }
  const [proof, own] = await Promise.all([
    proofOf(client, idToken),
    idTokenField === undefined ? [] : idToken().then((token): Field[] => [[idTokenField, token]]),
  ])
  const all = [...fields, ...proof.fields, ...own]
  attempt.at = tools.now()
  if (body === 'form') return formMessage(all, proof.headers)
  const headers = { accept: 'application/json', 'content-type': 'application/json', ...proof.headers }
  return { headers, body: JSON.stringify(Object.fromEntries(all)) }
}
