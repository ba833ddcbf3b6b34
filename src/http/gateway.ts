import { header, looksLikeHtml, type Answer } from './answer.ts'
import type { Call } from './call.ts'

/**
 * Gateways by where they send a request that they do not know, and the headers by which they know one: Cloudflare
 * ("Service tokens"), Google ("Programmatic authentication" of IAP), Pomerium ("Service Accounts").
 */
const GATEWAYS: readonly (readonly [login: RegExp, name: string, headers: string])[] = [
  [
    /^https:\/\/[\w-]+\.cloudflareaccess\.com\//,
    'Cloudflare Access',
    'CF-Access-Client-Id and CF-Access-Client-Secret',
  ],
  [/^https:\/\/accounts\.google\.com\//, "Google's Identity-Aware Proxy", 'Proxy-Authorization'],
  [/^https:\/\/[^/?#]+\/\.pomerium\//, 'Pomerium', 'X-Pomerium-Authorization'],
]

/** What may let the request through a gateway that answered in place of the system. */
export interface GatewayHint {
  readonly hint: string
  /** Whether the redirect tells which gateway it is, and so that no other URL would help. */
  readonly isKnown: boolean
}

/** `undefined` where the answer is neither a redirect nor a web page, or where the call has no place for headers. */
export function gatewayHint({ gateway }: Call<unknown>, answer: Answer): GatewayHint | undefined {
  const isRedirect = answer.status >= 300 && answer.status < 400
  if (gateway === undefined || !(isRedirect || looksLikeHtml(answer))) return undefined
  const location = isRedirect ? (header(answer, 'location') ?? '') : ''
  const [, name, wanted = ''] = GATEWAYS.find(([login]) => login.test(location)) ?? []
  const given = Object.keys(gateway).join(', ')
  if (name !== undefined) {
    const hint =
      given === ''
        ? `It leads to the login page of ${name}: set \`headers\` to what lets a machine in (${wanted}).`
        : `It leads to the login page of ${name}, which did not accept \`headers\` (${given}). It wants ${wanted}, and a policy that lets a machine in.`
    return { hint, isKnown: true }
  }
  const hint =
    given === ''
      ? 'If a gateway such as Cloudflare Access sent it, a header may be missing: set `headers` (CF-Access-Client-Id and CF-Access-Client-Secret).'
      : `If a gateway sent it, it did not accept \`headers\` (${given}).`
  return { hint, isKnown: false }
}
