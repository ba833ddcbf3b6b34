import * as http from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import { AttemptFailed, connectionFailure, reasonOf } from './failure.ts'
import { proxyHint, type Proxy } from './proxy.ts'
import { isTransient } from './retry.ts'

/**
 * Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6).
 *
 * @param authority `host:port` at the end of the tunnel
 * @param ends cuts it off
 * @param mask has the password masked from the log
 * @throws AttemptFailed `PROXY_FAILED`; the reason of `ends`
 */
export function openTunnel(
  proxy: Proxy,
  authority: string,
  ends: AbortSignal,
  mask: (secret: string) => void,
): Promise<net.Socket> {
  const { hostname, protocol, port } = proxy.url
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const request = (protocol === 'https:' ? https : http).request({
      method: 'CONNECT',
      host,
      port: port || (protocol === 'https:' ? 443 : 80),
      path: authority,
      headers: { host: authority, ...authorization(proxy, mask) },
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
      const wants = status === 407 ? '407: it requires a user name and a password' : String(status)
      reject(failed(proxy, authority, `refused the tunnel (${wants})`, isTransient(status)))
    })
    request.on('error', (error) => {
      const failure = connectionFailure(error)
      reject(
        reasonOf(ends) ??
          failed(proxy, authority, `could not be reached (${failure.message})`, failure.again, failure),
      )
    })
    request.end()
  })
}

function authorization(
  { username, password }: Proxy,
  mask: (secret: string) => void,
): Record<string, string> {
  if (username === '' && password === '') return {}
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  mask(basic)
  if (password !== '') mask(password)
  return { 'proxy-authorization': `Basic ${basic}` }
}

function failed(
  proxy: Proxy,
  authority: string,
  what: string,
  again: boolean,
  cause?: AttemptFailed,
): AttemptFailed {
  return new AttemptFailed('PROXY_FAILED', `the proxy ${proxy.url.host} ${what}`, {
    again,
    cause,
    hint: cause?.hint ?? proxyHint(proxy.variable, authority),
  })
}
