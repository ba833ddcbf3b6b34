import { STATUS_CODES } from 'node:http'
import { ActionError, capital, showable, type Refused } from '../errors.ts'
import { looksLikeHtml, type Answer } from './answer.ts'
import type { Call, Judgement } from './call.ts'
import { isTransient } from './retry.ts'

/**
 * An answer that is not 2xx, as an error.
 *
 * @param where who answered, as a sentence names it: `the app server (app-server.example.com)`
 * @param redact takes the secrets of the step out of a server's text
 * @returns `REDIRECTED`, `OVERLOADED`, `CLOCK_SKEWED`, `DENIED`, or the code of the judgement
 */
export function refusal(
  call: Call<unknown>,
  where: string,
  answer: Answer,
  judgement: Judgement,
  redact: (text: string) => string,
): ActionError {
  const status = `${answer.status} ${STATUS_CODES[answer.status] ?? ''}`.trim()
  if (answer.status >= 300 && answer.status < 400) {
    return new ActionError('REDIRECTED', `${capital(where)} answered with a redirect (${status}).`, {
      hint: `The step follows no redirect, because the request carries a credential. Use the final URL instead of ${call.url.origin}${call.url.pathname}.`,
    })
  }
  const redacted = (text: unknown): string | undefined =>
    typeof text === 'string' ? redact(text) : undefined
  const reason = showable(redacted(judgement.reason))
  const requestId = showable(redacted(judgement.requestId), 100)
  const message = redacted(judgement.message)
  const refused: Refused = {
    service: call.service,
    status: answer.status,
    ...(call.audience !== undefined && { audience: call.audience }),
    ...(reason !== undefined && { reason }),
    ...(requestId !== undefined && { requestId }),
    ...(message !== undefined && { message }),
  }
  const overloaded =
    (isTransient(answer.status) && judgement.never !== true) || (judgement.again ?? 0) === Infinity
  const code = overloaded ? 'OVERLOADED' : (judgement.code ?? (judgement.skewed ? 'CLOCK_SKEWED' : 'DENIED'))
  const verb = overloaded ? 'could not answer' : 'refused'
  const words = reason === undefined ? '' : `: ${reason}`
  return new ActionError(
    code,
    `${capital(where)} ${verb} (${status})${words}${/[.!?…]$/.test(words) ? '' : '.'}`,
    {
      hint: judgement.hint ?? (code === 'DENIED' ? htmlHint(answer, call.url) : undefined),
      refused,
    },
  )
}

function htmlHint(answer: Answer, url: URL): string | undefined {
  if (!looksLikeHtml(answer)) return undefined
  return `The answer is a web page. Check that ${url.origin} is the right address and that no gateway or login page is in front of it.`
}
