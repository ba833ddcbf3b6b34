import * as http from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { connectionFault, reasonOf, TryFailed } from './faults.ts'
import { isTransient } from './retry.ts'

const HINT =
  'The proxy comes from https_proxy (or HTTPS_PROXY) of the runner; hosts in no_proxy are reached without it.'

/**
 * The proxy that the environment has for a URL; `undefined` where the way is direct.
 *
 * @throws TryFailed `PROXY_FAILED` where the setting is no URL
 */
export function proxyFor(url: URL): URL | undefined {
  try {
    return getProxyUrl(url)
  } catch {
    // The error is not passed on: it holds the setting, which may hold a password.
    throw new TryFailed('PROXY_FAILED', 'the proxy setting of this runner is not a URL', {
      again: false,
      hint: HINT,
    })
  }
}

/**
 * Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6).
 *
 * @param authority `host:port` at the end of the tunnel
 * @param ends cuts it off
 * @param conceal has the password masked from the log
 * @throws TryFailed `PROXY_FAILED`; the reason of `ends`
 */
export function openTunnel(
  proxy: URL,
  authority: string,
  ends: AbortSignal,
  conceal: (secret: string) => void,
): Promise<net.Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request({
      method: 'CONNECT',
      host,
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      path: authority,
      headers: { host: authority, ...authorization(proxy, conceal) },
      agent: false,
      signal: ends,
      rejectUnauthorized: true,
      // Else it would be that of the host header, which is not the proxy's.
      servername: net.isIP(host) === 0 ? host : '',
    })
    request.once('connect', (answer, socket: net.Socket, head) => {
      const status = answer.statusCode ?? 0
      if (status >= 200 && status < 300) {
        socket.unshift(head)
        resolve(socket)
        return
      }
      socket.destroy()
      const wants = status === 407 ? '407: it wants a user name and a password' : String(status)
      reject(failed(proxy, `refused the tunnel (${wants})`, isTransient(status)))
    })
    request.on('error', (error) => {
      const fault = connectionFault(error)
      reject(reasonOf(ends) ?? failed(proxy, `could not be reached (${fault.message})`, fault.again, fault))
    })
    request.end()
  })
}

function authorization(proxy: URL, conceal: (secret: string) => void): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {}
  const basic = Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64')
  conceal(basic)
  if (proxy.password !== '') conceal(proxy.password)
  return { 'proxy-authorization': `Basic ${basic}` }
}

function failed(proxy: URL, what: string, again: boolean, cause?: TryFailed): TryFailed {
  return new TryFailed('PROXY_FAILED', `the proxy ${proxy.host} ${what}`, {
    again,
    cause,
    hint: cause?.hint ?? HINT,
  })
}
