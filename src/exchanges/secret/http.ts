import { quoted, type ActionError } from '../../errors.ts'
import type { Claims, Exchange, Tools } from '../../exchange.ts'
import { jsonObject, member } from '../../http/answer.ts'
import { claimText } from '../../identity/claims.ts'
import { NOWHERE, type Inputs } from '../../inputs/inputs.ts'
import type { Secret } from './grant.ts'
import type * as secretLibrary from './index.ts'
import type { Wanted } from './references.ts'

const SERVICE = 'the secret endpoint'
const EXAMPLE = 'https://secrets.example.com/database'

interface Settings {
  readonly library: typeof secretLibrary
  readonly wanted: Wanted<URL>
  readonly audience: string
}

/** Secrets from an endpoint of one's own: `GET {url}` with the ID token gives `{"payload": {"data": "<base64>"}}`. */
export const httpSecret: Exchange<Settings> = {
  settings: async (inputs) => {
    const library = await import(/* webpackChunkName: "secrets" */ './index.ts')
    const wanted = await library.readReferences(inputs, {
      input: 'url',
      example: EXAMPLE,
      key: 'password',
      read: (label, text) => inputs.url(label, text, EXAMPLE, { query: true }),
    })
    const origin = sharedOrigin(inputs, wanted)
    return { library, wanted, audience: inputs.line('audience') || origin }
  },

  exchange: (settings, tools) => {
    const { library, wanted, audience } = settings
    for (const url of library.worthConnecting(wanted, ({ href }) => href)) tools.connectEarly(url)
    return library.readWanted(wanted, {
      id: (url) => url.href,
      read: (url) => read(settings, url, tools),
      hint: (url, error) => hintOf(url, audience, error, undefined),
    })
  },

  explain: ({ wanted, audience }, error, claims) => {
    const [single] = wanted.references
    const hint =
      wanted.several || single === undefined ? undefined : hintOf(single.source, audience, error, claims)
    return hint === undefined ? {} : { hint }
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

function read({ library, audience }: Settings, url: URL, tools: Tools): Promise<Secret> {
  // Without the query, which may be confidential.
  const name = quoted(`${url.host}${url.pathname}`)
  return tools.send({
    service: SERVICE,
    method: 'GET',
    url,
    audience,
    prepare: async () => ({
      headers: { accept: 'application/json', authorization: `Bearer ${await tools.idToken(audience)}` },
    }),
    judge: ({ json }) => ({
      reason: [
        member(json, 'message'),
        member(json, 'error', 'message'),
        member(json, 'error_description'),
        member(json, 'error'),
        member(json, 'detail'),
      ].find((text) => typeof text === 'string'),
    }),
    read: (answer) => ({
      name,
      text: library.secretPayload(jsonObject(answer, SERVICE, url), SERVICE, name),
    }),
  })
}

function hintOf(
  url: URL,
  audience: string,
  { code, refused }: ActionError,
  claims: Claims | undefined,
): string | undefined {
  if (code !== 'DENIED') return undefined
  switch (refused?.status) {
    case 401:
    case 403:
      return `The audience of the ID token was "${audience}", its subject ${quoted(claimText(claims, 'sub')) ?? 'that of this job'}: the endpoint must accept both. Set \`audience\` to the one that it expects.`
    case 404:
      return `Check the URL: there is nothing at ${url.origin}${url.pathname}.`
    default:
      return undefined
  }
}
