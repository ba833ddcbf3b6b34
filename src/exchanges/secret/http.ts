import type { Exchange, Tools } from '../../exchange.ts'
import type { Claims, Explanation } from '../../explanation.ts'
import { jsonObject, member } from '../../http/answer.ts'
import { claimText } from '../../identity/claims.ts'
import type { Headers } from '../../inputs/headers.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { NOWHERE } from '../../inputs/url.ts'
import { quoted } from '../../text.ts'
import { secretPayload } from './payload.ts'
import { readSecrets } from './reading.ts'
import { readReferences, type Wanted } from './references.ts'
import type { Secret } from './value.ts'

const SERVICE = 'the secret endpoint'
const EXAMPLE = 'https://secrets.example.com/database'

interface Settings {
  readonly wanted: Wanted<URL>
  readonly audience: string
  readonly headers: Headers
}

/** Secrets from an endpoint that the user provides: `GET {url}` with the ID token gives `{"payload": {"data": "<base64>"}}`. */
export const httpSecret: Exchange<Settings> = {
  settings: async (inputs) => {
    const wanted = await readReferences(inputs, {
      input: 'url',
      example: EXAMPLE,
      key: 'password',
      read: (label, text) => inputs.url(label, text, EXAMPLE, { query: true }),
    })
    const origin = sharedOrigin(inputs, wanted)
    return { wanted, audience: inputs.line('audience') || origin, headers: inputs.headers() }
  },

  exchange: (settings, tools) => {
    const { wanted, audience } = settings
    const idToken = tools.idToken(audience)
    return readSecrets(wanted, idToken, { id: (url) => url.href, read: (url) => read(url, settings, tools) })
  },
}

/**
 * The origin of every URL. One ID token goes to all of them: an endpoint elsewhere could use it at the others, and a token
 * for each would be several logins with several audiences, which are several steps.
 */
function sharedOrigin(inputs: Inputs, { references }: Wanted<URL>): string {
  const [first, ...others] = references.filter(({ source }) => source.href !== NOWHERE)
  for (const { output, source } of others) {
    if (source.origin === first?.source.origin) continue
    inputs.problem(
      `secrets.${output}`,
      `must have the same origin as the first, ${first?.source.origin ?? ''}, because all get the same ID token; use one step for each origin`,
      `${first?.source.origin ?? ''}${source.pathname}`,
    )
  }
  return first?.source.origin ?? ''
}

function read(url: URL, { audience, headers }: Settings, tools: Tools): Promise<Secret> {
  // Without the query, which may be confidential.
  const name = quoted(`${url.host}${url.pathname}`)
  return tools.send({
    service: SERVICE,
    method: 'GET',
    url,
    audience,
    gateway: headers,
    prepare: async () => ({
      headers: { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` },
    }),
    refusal: ({ status, json }) => {
      const reason = reasonIn(json)
      return {
        // Any JSON is the endpoint's own; anything else comes from something in front of it.
        reason: json === undefined ? undefined : (reason ?? 'no reason given'),
        explain: (claims) => explain(status, url, audience, claims),
        ...(status === 404 && reason !== undefined && { missing: name }),
      }
    },
    read: (answer) => ({ name, text: secretPayload(jsonObject(answer, SERVICE, url), SERVICE, name) }),
  })
}

function reasonIn(json: unknown): unknown {
  return [
    member(json, 'message'),
    member(json, 'error', 'message'),
    member(json, 'error_description'),
    member(json, 'error'),
    member(json, 'detail'),
  ].find((text) => typeof text === 'string' && text !== '')
}

function explain(status: number, url: URL, audience: string, claims: Claims | undefined): Explanation {
  switch (status) {
    case 401:
    case 403:
      return {
        hint: `The audience of the ID token was "${audience}", its subject ${quoted(claimText(claims, 'sub')) ?? 'that of this job'}: the endpoint must accept both. Set \`audience\` to the one that it expects.`,
      }
    case 404:
      return { hint: `Check the URL: there is nothing at ${url.origin}${url.pathname}.` }
    default:
      return {}
  }
}
