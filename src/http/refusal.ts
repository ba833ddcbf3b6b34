import { STATUS_CODES } from 'node:http'
import { ActionError, type Refused } from '../errors.ts'
import { capital, showable } from '../text.ts'
import { looksLikeHtml, type Answer } from './answer.ts'
import { placeOf, type Call, type Refusal } from './call.ts'
import { isTransient } from './retry.ts'

/**
 * An answer that is not 2xx, as an error.
 *
 * @param refusal what the system means by it
 * @param redact takes the secrets of the step out of a server's text
 * @returns `REDIRECTED`, `OVERLOADED`, `DENIED`, or the code of the refusal
 */
export function refusalError(
  call: Call<unknown>,
  answer: Answer,
  refusal: Refusal,
  redact: (text: string) => string,
): ActionError {
  const where = capital(placeOf(call))
  const status = `${answer.status} ${STATUS_CODES[answer.status] ?? ''}`.trim()
  if (answer.status >= 300 && answer.status < 400) {
    return new ActionError('REDIRECTED', `${where} answered with a redirect (${status}).`, {
      hint: `The step follows no redirect, because the request carries a credential. Use the final URL instead of ${call.url.origin}${call.url.pathname}.`,
    })
  }
  const shown = (text: unknown, most?: number): string | undefined =>
    typeof text === 'string' ? showable(redact(text), most) : undefined
  const reason = shown(refusal.reason)
  const requestId = shown(refusal.requestId, 100)
  const refused: Refused = {
    status: answer.status,
    ...(call.audience !== undefined && { audience: call.audience }),
    ...(reason !== undefined && { reason }),
    ...(requestId !== undefined && { requestId }),
  }
  const overloaded = mayPass(answer, refusal)
  const verb = overloaded ? 'could not answer' : 'refused'
  const words = reason === undefined ? '' : `: ${reason}`
  const end = /[.!?…]$/.test(words) ? '' : '.'
  const code = overloaded ? 'OVERLOADED' : (refusal.code ?? 'DENIED')
  return new ActionError(code, `${where} ${verb} (${status})${words}${end}`, {
    explain: (claims) => ({
      ...(code === 'DENIED' && looksLikeHtml(answer) && { hint: webPageHint(call.url) }),
      ...refusal.explain?.(claims),
    }),
    refused,
  })
}

/** Whether the same request may be answered otherwise later, however often it was tried. */
export function mayPass({ status }: Pick<Answer, 'status'>, { retry }: Refusal): boolean {
  return retry === 'until the deadline' || (isTransient(status) && retry !== 'never')
}

/** How often a refusal is retried although the status says no. */
export function retriesOf({ retry }: Refusal): number {
  return typeof retry === 'object' ? retry.times : 0
}

function webPageHint({ origin }: URL): string {
  return `The answer is a web page. Check that ${origin} is the right address and that no gateway or login page is in front of it.`
}
