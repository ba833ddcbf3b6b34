import * as net from 'node:net'
import { checkBypass } from '@actions/http-client/lib/proxy'
import { AttemptFailed } from './failure.ts'

/** A proxy that opens tunnels. */
export interface Proxy {
  /** `http:` or `https:`. */
  readonly url: URL
  /** As they are sent; empty if there are none. */
  readonly username: string
  readonly password: string
  /** Where it comes from: `https_proxy`. */
  readonly variable: string
}

/** With the scheme, where there is one. */
const SETTING = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)/is

/**
 * The proxy that the environment has for a URL; `undefined` if the way is direct.
 *
 * `@actions/http-client` decides which hosts need none. The setting is read here, since its `getProxyUrl` takes a setting
 * with a `%` that is no escape for none, and `host:port` for a scheme.
 *
 * @throws AttemptFailed `PROXY_FAILED` if the setting cannot be used; it does not hold the setting, which may hold a password
 */
export function proxyFor(url: URL): Proxy | undefined {
  if (needsNone(url)) return undefined
  const scheme = url.protocol.slice(0, -1)
  const variable = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`].find((name) => process.env[name])
  return variable === undefined ? undefined : read(variable, process.env[variable] ?? '', url.host)
}

/**
 * Whether a host is reached without a proxy: this machine, or one of `no_proxy`. The library takes every name that begins
 * with `127.` for this machine, so the check gets a subdomain of such a name, to which the same entries apply. An
 * address is not changed: it has no subdomains.
 */
function needsNone(url: URL): boolean {
  if (!url.hostname.startsWith('127.')) return checkBypass(url)
  const below = new URL(url)
  below.hostname = `below.${url.hostname}`
  return checkBypass(below)
}

/**
 * What to do about a proxy, from where it comes.
 *
 * @param host that was to be reached
 */
export function proxyHint(variable: string, host: string): string {
  const meant = meantFor(host)
  const mended =
    meant === undefined
      ? ''
      : ` no_proxy has "${meant}", a form that is not understood: use host names, or domains such as .example.com, with commas between them.`
  return `The proxy comes from ${variable} in the environment of the runner; hosts in no_proxy are reached without it.${mended}`
}

/**
 * An entry of `no_proxy` that looks meant for a host, in a form that `@actions/http-client` compares as a name: `*.x`, a dot at
 * the end, blanks for commas, IPv6 without brackets, a range of addresses.
 */
function meantFor(host: string): string | undefined {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  const entries = (process.env['no_proxy'] ?? process.env['NO_PROXY'] ?? '').split(',')
  return entries
    .map((entry) => entry.trim())
    .find((entry) => {
      const words = entry.toLowerCase().split(/\s+/)
      return words.some((word) => {
        const domain = word.replace(/^\*?\./, '').replace(/\.$/, '')
        const isOdd = words.length > 1 || /^\*\.|\.$/.test(word) || net.isIPv6(word)
        if (word.includes('/')) return net.isIP(name) !== 0
        return isOdd && domain !== '' && (name === domain || name.endsWith(`.${domain}`))
      })
    })
}

function read(variable: string, setting: string, target: string): Proxy {
  const [, scheme = 'http', rest = ''] = SETTING.exec(setting.trim()) ?? []
  const unusable = (what: string): AttemptFailed =>
    new AttemptFailed('PROXY_FAILED', what, { again: false, hint: proxyHint(variable, target) })
  const isHttp = /^https?$/i.test(scheme)
  const text = `${isHttp ? scheme : 'http'}://${rest}`
  // If one of these characters ended the authority, part of the password would be read as the host.
  if (/[/?#].*@/s.test(rest) || !URL.canParse(text)) throw unusable(`the proxy setting ${variable} is not a URL`)
  const url = new URL(text)
  if (!isHttp) {
    const only = 'a proxy must be http or https'
    throw unusable(`the proxy ${url.host} (${variable}) has the scheme "${scheme.toLowerCase()}", but ${only}`)
  }
  return { url, username: decoded(url.username), password: decoded(url.password), variable }
}

/** With its escapes decoded; a `%` that is none stays. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}
