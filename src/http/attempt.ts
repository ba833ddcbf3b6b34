import type { Socket } from 'node:net'
import type { Answer } from './answer.ts'
import type { Call, Message } from './call.ts'
import type { Clock } from './clock.ts'
import type { Connections, Opening } from './connection.ts'
import { AttemptFailed, cutOff, unheard, type Progress } from './failure.ts'
import { request } from './request.ts'

/** What every attempt of a client uses. */
export interface Means {
  readonly connections: Connections
  readonly clock: Clock
  /** Ends everything under way; its reason is thrown. */
  readonly signal: AbortSignal
  /** As `signal`, for an answer that may bring a credential. */
  readonly patience: AbortSignal
  readonly userAgent: string
}

/**
 * Sends a message once and waits for the whole answer.
 *
 * @param early a connection that was opened while the message was being prepared
 * @param limitMs for all of it, in ms
 * @throws AttemptFailed of {@link Connections.open} and {@link request}, or `TIMED_OUT`; ActionError `CANCELLED` if an answer
 *   may have been missed; the reason of the signals
 */
export async function answerTo(
  call: Call<unknown>,
  message: Message,
  early: Opening | undefined,
  limitMs: number,
  means: Means,
): Promise<Answer> {
  const { connections, clock, signal } = means
  // The message may have taken a while.
  signal.throwIfAborted()
  const cut = new AbortController()
  const progress = early?.progress ?? { waitingFor: 'the connection' }
  const stop = clock.timer(limitMs, () => {
    cut.abort(timedOut(limitMs, progress))
  })
  const ends = AbortSignal.any([cut.signal, signal])
  const send = (socket: Socket): Promise<Answer> => sendOver(socket, call, message, cut.signal, progress, means)
  try {
    const opened = early && (await Promise.race([early.take(), cutOff(ends)]))
    if (opened !== undefined) {
      try {
        return await send(opened)
      } catch (error) {
        // The server may have closed it while it was idle: that is no failure of this request.
        if (call.once === true || !(error instanceof AttemptFailed) || error.answered || error.code !== 'UNREACHABLE')
          throw error
      }
    }
    return await send(await connections.open(call.url, ends, progress))
  } finally {
    stop()
  }
}

/** @param cut the end of the attempt's time */
async function sendOver(
  socket: Socket,
  call: Call<unknown>,
  message: Message,
  cut: AbortSignal,
  progress: Progress,
  { signal, patience, userAgent }: Means,
): Promise<Answer> {
  const listening = AbortSignal.any([cut, call.grantEnds === undefined ? signal : patience])
  try {
    return await request(socket, call, message, userAgent, listening, progress)
  } catch (error) {
    if (!signal.aborted || call.grantEnds === undefined) throw error
    throw unheard(call, call.grantEnds, signal.reason as Error)
  }
}

function timedOut(limitMs: number, { waitingFor }: Progress): AttemptFailed {
  const limit = `${Math.round(limitMs / 100) / 10} s`
  return new AttemptFailed('TIMED_OUT', `no answer within ${limit}, while waiting for ${waitingFor}`, { again: true })
}
