import { STATUS_CODES } from 'node:http'
import { ActionError, type Refused } from '../errors.ts'
import { capital, showable } from '../text.ts'
import { looksLikeHtml, messageOf, type Answer } from './answer.ts'
import { placeOf, type Call, type Refusal } from './call.ts'
import { gatewayHint } from './gateway.ts'
import { isTransient } from './retry.ts'

/**
 * An answer that is not 2xx, as an error. Without a reason of the system's own it is the answer of something in front of it:
 * no hint of the system's, which the status alone would decide, is given then.
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
  const front = gatewayHint(call, answer)
  if (answer.status >= 300 && answer.status < 400) {
    const instead =
      front?.isKnown === true ? '' : ` Use the final URL instead of ${call.url.origin}${call.url.pathname}.`
    return new ActionError('REDIRECTED', `${where} answered with a redirect (${status}).`, {
      hint: `The step follows no redirect, because the request carries a credential.${instead} ${front?.hint ?? ''}`.trim(),
    })
  }
  const shown = (text: unknown, most?: number): string | undefined =>
    typeof text === 'string' ? showable(redact(text), most) : undefined
  const own = shown(refusal.reason)
  const reason = own ?? shown(messageOf(answer))
  const requestId = shown(refusal.requestId, 100)
  const refused: Refused = {
    status: answer.status,
    ...(call.audience !== undefined && { audience: call.audience }),
    ...(reason !== undefined && { reason }),
    ...(requestId !== undefined && { requestId }),
  }
  const overloaded = mayPass(answer, refusal)
  const verb = overloaded ? 'could not answer' : 'refused'
  // Many repeat the status in words.
  const words = reason === undefined || status.endsWith(` ${reason}`) ? '' : `: ${reason}`
  const end = /[.!?…]$/.test(words) ? '' : '.'
  const code = overloaded ? 'OVERLOADED' : (refusal.code ?? 'DENIED')
  return new ActionError(code, `${where} ${verb} (${status})${words}${end}`, {
    explain: (claims) => {
      if (own !== undefined) return refusal.explain?.(claims) ?? {}
      return overloaded ? {} : { hint: `${inFrontHint(call, answer)} ${front?.hint ?? ''}`.trim() }
    },
    refused,
    ...(own !== undefined && !overloaded && { missing: refusal.missing }),
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

function inFrontHint({ service, url }: Call<unknown>, answer: Answer): string {
  const what = looksLikeHtml(answer)
    ? 'it is a web page'
    : answer.text.trim() === ''
      ? 'it is empty'
      : 'it has another form'
  return `This answer is not from ${service}: ${what}. Check that ${url.origin}${url.pathname} is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request.`
}
