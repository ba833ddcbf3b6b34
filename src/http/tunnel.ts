import { once } from 'node:events'
import type { Socket } from 'node:net'
import { AttemptFailed, connectionFailure, headersTooLarge, notHttp, reasonOf } from './failure.ts'
import { proxyHint, type Proxy } from './proxy.ts'
import { isTransient } from './retry.ts'
import { openSocket } from './socket.ts'

const BEGINNING = 'HTTP/1.'
const END = '\r\n\r\n'
/** How long the head of an answer may be, in bytes: as Node.js has it. */
const MAX_HEAD = 16_384

/**
 * Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6). Node's own client would take an interim answer for
 * the final one.
 *
 * @param authority `host:port` at the end of the tunnel
 * @param ends cuts it off
 * @param mask has the password masked from the log
 * @throws AttemptFailed `PROXY_FAILED`; the reason of `ends`
 */
export async function openTunnel(
  proxy: Proxy,
  authority: string,
  ends: AbortSignal,
  mask: (secret: string) => void,
): Promise<Socket> {
  const failed = (what: string, again: boolean, cause?: AttemptFailed): AttemptFailed =>
    new AttemptFailed('PROXY_FAILED', `the proxy ${proxy.url.host} ${what}`, {
      again,
      cause,
      hint: cause?.hint ?? proxyHint(proxy.variable, authority),
    })
  let socket: Socket | undefined
  let status: number
  try {
    socket = await openSocket(proxy.url, ends)
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}${authorization(proxy, mask)}${END}`)
    status = await finalStatus(socket, ends)
  } catch (error) {
    socket?.destroy()
    const failure = error instanceof AttemptFailed ? error : connectionFailure(error as Error)
    throw reasonOf(ends) ?? failed(`could not be reached (${failure.message})`, failure.again, failure)
  }
  if (status >= 200 && status < 300) return socket
  socket.destroy()
  const wants = status === 407 ? '407: it requires a user name and a password' : String(status)
  throw failed(`refused the tunnel (${wants})`, isTransient(status))
}

/** A header line with the credentials of the proxy, where it has some. */
function authorization({ username, password }: Proxy, mask: (secret: string) => void): string {
  if (username === '' && password === '') return ''
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  mask(basic)
  if (password !== '') mask(password)
  return `\r\nproxy-authorization: Basic ${basic}`
}

/**
 * The status of the first answer that is not interim (1xx but for 101, RFC 9110 section 15.2). What comes after its head
 * belongs to the tunnel, and stays in the socket.
 */
async function finalStatus(socket: Socket, ends: AbortSignal): Promise<number> {
  let text = ''
  for (;;) {
    if (!text.startsWith(BEGINNING.slice(0, text.length))) throw notHttp()
    const end = text.indexOf(END)
    if (end >= 0) {
      const status = /^\S+ ([1-9]\d\d)\b/.exec(text)?.[1]
      if (status === undefined) throw notHttp()
      text = text.slice(end + END.length)
      if (status === '101' || !status.startsWith('1')) {
        socket.unshift(Buffer.from(text, 'latin1'))
        return Number(status)
      }
    } else {
      if (text.length > MAX_HEAD) throw headersTooLarge()
      text += await more(socket, ends)
    }
  }
}

/** What comes next, at least one byte. */
async function more(socket: Socket, ends: AbortSignal): Promise<string> {
  await once(socket, 'readable', { signal: ends })
  const chunk = socket.read() as Buffer | null
  if (chunk === null) throw new Error('closed')
  return chunk.toString('latin1')
}
