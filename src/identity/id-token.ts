import { ActionError } from '../errors.ts'
import type { Environment } from '../exchange.ts'
import type { Claims } from '../explanation.ts'
import { jsonObject, member } from '../http/answer.ts'
import type { Client } from '../http/client.ts'
import { claimsOf } from './claims.ts'
import { credential } from './credential.ts'

/** From this age on, in ms, an ID token is not used again: it lives five minutes, and a server may need one of them. */
const FRESH_MS = 60_000

/**
 * What the endpoint says about a job that has not quite started; its status is not documented. A job that is over gets
 * no more tokens.
 */
const NOT_YET = /can't issue id_token for job in '(?!completed')[\w -]{1,40}' state/i
/** Another text for the same, which other systems use as well (runner: `JobRunner.cs`). */
const NOT_YET_403 = /pending|delayed|non-inprogress/i

const IN_ANOTHER_JOB = 'Run the step in a job that has `permissions: id-token: write` and is still running.'

/** The job's ID tokens. */
export interface Identity {
  /**
   * An ID token for the audience, minted less than 60 s ago. Calls for one audience at a time share the request.
   *
   * @param how.fresh a new one in any case, which no other call gets before
   * @throws ActionError `NO_ID_TOKEN`, `ID_TOKEN_REFUSED`, `UNUSABLE_ANSWER` and the codes of {@link Client.send}
   */
  readonly idToken: (audience: string, how?: { readonly fresh: boolean }) => Promise<string>
  /**
   * The claims of the newest ID token for the audience, not verified; `undefined` if none was minted. Without an audience
   * those of the newest of all, with every audience that one was minted for.
   */
  readonly claims: (audience?: string) => Claims | undefined
}

/**
 * Asks the runner's ID-token endpoint: `GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…` with the request token as
 * bearer (GitHub: "OpenID Connect reference").
 */
export function createIdentity(options: {
  environment: Environment
  client: Client
  monotonic: () => number
  mask: (secret: string) => void
}): Identity {
  const endpoint = options.environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? ''
  const requestToken = options.environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? ''
  if (requestToken !== '') options.mask(requestToken)
  const minted = new Map<string, { at: number; token: Promise<string> }>()
  const known = new Map<string, Claims>()
  let newest: Claims | undefined
  const ofAll = (): Claims | undefined => (known.size > 1 ? { ...newest, aud: [...known.keys()].sort() } : newest)

  async function mint(audience: string): Promise<string> {
    if (!/^[\x21-\x7e]+$/.test(requestToken) || !URL.canParse(endpoint)) {
      throw new ActionError('NO_ID_TOKEN', 'This job cannot get an ID token: the runner offers none.')
    }
    const url = new URL(`${endpoint}${endpoint.includes('?') ? '&' : '?'}audience=${encodeURIComponent(audience)}`)
    const service = "the runner's ID-token endpoint"
    const token = await options.client.send({
      service,
      method: 'GET',
      url,
      prepare: () => ({ headers: { authorization: `Bearer ${requestToken}`, accept: 'application/json' } }),
      refusal: (answer) => {
        const { status, text, json } = answer
        const early = status < 500 && (NOT_YET.test(text) || (status === 403 && NOT_YET_403.test(text)))
        return {
          reason: member(json, 'message') ?? member(json, 'error', 'message'),
          ...(early ? { retry: 'until the deadline' } : { code: 'ID_TOKEN_REFUSED' }),
          ...((status === 401 || status === 403) && { explain: () => ({ hint: IN_ANOTHER_JOB }) }),
        }
      },
      read: (answer) => credential(jsonObject(answer, service, url)['value'], 'ID token', service, options.mask),
    })
    newest = claimsOf(token) ?? {}
    known.set(audience, newest)
    return token
  }

  return {
    idToken: (audience, { fresh } = { fresh: false }) => {
      const held = minted.get(audience)
      if (!fresh && held !== undefined && options.monotonic() - held.at < FRESH_MS) return held.token
      const token = mint(audience)
      minted.set(audience, { at: options.monotonic(), token })
      token.catch(() => minted.delete(audience))
      return token
    },
    claims: (audience) => (audience === undefined ? ofAll() : known.get(audience)),
  }
}
