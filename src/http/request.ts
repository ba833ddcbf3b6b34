import * as http from 'node:http'
import type { Socket } from 'node:net'
import { parseJson, type Answer } from './answer.ts'
import type { Call, Message } from './call.ts'
import { AttemptFailed, connectionFailure, reasonOf, type Progress } from './failure.ts'

/** The largest answer that is read, in bytes. */
const MAX_BODY = 1024 * 1024

/**
 * Sends one message over a socket and reads the whole answer; the socket serves for nothing else.
 *
 * @param ends cuts it off
 * @param progress is told what is waited for
 * @throws AttemptFailed `UNREACHABLE`, `TLS_FAILED`, `UNUSABLE_ANSWER`; the reason of `ends`
 */
export function request(
  socket: Socket,
  call: Pick<Call<unknown>, 'method' | 'url' | 'gateway'>,
  message: Message,
  userAgent: string,
  ends: AbortSignal,
  progress: Progress,
): Promise<Answer> {
  progress.waitingFor = 'the answer'
  return new Promise((resolve, reject) => {
    let answer: http.IncomingMessage | undefined
    const fail = (error: Error): void => {
      socket.destroy()
      const reason = reasonOf(ends) ?? (error instanceof AttemptFailed ? error : connectionFailure(error))
      if (reason instanceof AttemptFailed) reason.answered = answer !== undefined
      reject(reason)
    }
    // Over the established socket, TLS or not: no agent in between, nothing that outlives the attempt.
    const sent = http.request({
      createConnection: () => socket,
      method: call.method,
      path: call.url.pathname + call.url.search,
      headers: headersOf(call, message, userAgent),
    })
    sent.on('error', (error) => {
      // A complete answer is the answer: bytes after its end belong to no message (RFC 9112 section 6.3).
      if (answer?.complete !== true) fail(error)
    })
    // Without a listener, Node.js would drop the connection and tell nobody.
    sent.on('upgrade', () => {
      fail(new AttemptFailed('UNREACHABLE', 'it answered with an upgrade to another protocol', { again: true }))
    })
    sent.on('response', (response) => {
      answer = response
      progress.waitingFor = 'the rest of the answer'
      read(response, fail, (whole) => {
        socket.destroy()
        resolve(whole)
      })
    })
    const cutOff = (): void => {
      fail(new Error('cut off'))
    }
    ends.addEventListener('abort', cutOff)
    if (ends.aborted) cutOff()
    else sent.end(message.body)
  })
}

function read(response: http.IncomingMessage, fail: (error: Error) => void, done: (answer: Answer) => void): void {
  const body = new Body()
  response.on('data', (chunk: Buffer) => {
    if (!body.take(chunk)) {
      fail(new AttemptFailed('UNUSABLE_ANSWER', 'the answer is larger than 1 MiB', { again: false }))
    }
  })
  // A body cut short is an error of the response, by Content-Length and by chunks alike.
  response.on('error', fail)
  response.on('end', () => {
    const { statusCode: status = 0, headers } = response
    const text = body.text()
    done({ status, headers, text, json: parseJson(text) })
  })
}

function headersOf(
  { method, url, gateway }: Pick<Call<unknown>, 'method' | 'url' | 'gateway'>,
  message: Message,
  userAgent: string,
): http.OutgoingHttpHeaders {
  return {
    // Before those of the step, which they cannot replace.
    ...gateway,
    host: url.host,
    'user-agent': userAgent,
    connection: 'close',
    ...message.headers,
    ...((message.body !== undefined || method === 'POST') && {
      'content-length': String(Buffer.byteLength(message.body ?? '')),
    }),
  }
}

/** What has come of a body. One buffer that grows: a million chunks of one byte, kept as they come, would take half a gigabyte. */
class Body {
  #bytes = Buffer.alloc(16_384)
  #size = 0

  /** @returns whether it fits */
  take(chunk: Buffer): boolean {
    const before = this.#size
    this.#size += chunk.length
    if (this.#size > MAX_BODY) return false
    if (this.#size > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#size, this.#bytes.length * 2))
    }
    chunk.copy(this.#bytes, before)
    return true
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#size)
  }
}
