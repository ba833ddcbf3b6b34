import type { Exchange } from '../../exchange.ts'
import { claimText } from '../../identity/claims.ts'
import { jsonObject, member } from '../../http/answer.ts'
import { secretPayload } from './payload.ts'
import { secretGrant } from './grant.ts'

const SERVICE = 'the secret endpoint'
const EXAMPLE = 'https://secrets.example.com/database-password'

interface Settings {
  readonly url: URL
  readonly audience: string
  readonly allowShort: boolean
}

/** A secret from an endpoint of one's own: `GET {url}` with the ID token gives `{"payload": {"data": "<base64>"}}`. */
export const httpSecret: Exchange<Settings> = {
  settings: (inputs) => {
    const url = inputs.url('url', inputs.required('url', EXAMPLE), EXAMPLE, { query: true })
    return {
      url,
      audience: inputs.line('audience') || url.origin,
      allowShort: inputs.boolean('allow-short'),
    }
  },

  exchange: ({ url, audience, allowShort }, tools) => {
    // Without the query, which may be nobody else's business.
    const name = `${url.host}${url.pathname}`
    tools.connectEarly(url)
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
      read: (answer) =>
        secretGrant(secretPayload(jsonObject(answer, SERVICE, url), SERVICE, name), name, allowShort),
    })
  },

  explain: ({ url, audience }, { code, refused }, claims) => {
    if (code !== 'DENIED') return {}
    switch (refused?.status) {
      case 401:
      case 403:
        return {
          hint: `The audience of the ID token was ${audience}, its subject ${claimText(claims, 'sub') ?? 'that of this job'}: the endpoint must accept both. Give the audience that it expects as \`audience\`.`,
        }
      case 404:
        return { hint: `Check \`url\`: there is nothing at ${url.origin}${url.pathname}.` }
      default:
        return {}
    }
  },
}
