import { ActionError } from '../errors.ts'
import type { Claims, Explanation } from '../explanation.ts'
import { jsonObject, MAX_MESSAGE, member, type Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'
import { SERVICE } from './server.ts'

/** The words of Vault in an answer that is not 2xx; empty if it has none. */
export function reasonOf(answer: Answer): string {
  const texts = textsOf(member(answer.json, 'errors'))
    .slice(0, 10)
    .map((text) => text.slice(0, MAX_MESSAGE))
  // Errors of a library come as `1 error occurred:\n\t* …\n\n`.
  return texts.map((text) => text.replace(/^\d+ errors? occurred:\s*\*\s*/, '').trim()).join('; ')
}

/**
 * What Vault means by an answer that is not 2xx, whatever was asked (Vault API, "HTTP status codes"). It has no reason where
 * the answer is not of Vault's form.
 *
 * @param explain what a person can do about anything but the state of the server
 */
export function vaultRefusal(
  answer: Answer,
  explain: (reason: string, claims: Claims | undefined) => Explanation,
): Refusal {
  const reason = reasonOf(answer)
  const hint = /^Vault is not initialized/i.test(reason)
    ? 'An operator must initialize Vault first.'
    : /^Vault is sealed/i.test(reason)
      ? 'An operator must unseal Vault; then run the job again.'
      : undefined
  return {
    ...(reason !== '' && { reason }),
    // A standby node has not caught up yet with what was just written, the token of the login for one.
    ...(answer.status === 412 && { retry: 'until the deadline' }),
    explain: (claims) => (hint === undefined ? explain(reason, claims) : { hint }),
  }
}

/**
 * The JSON object of an answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER`, also where Vault wrapped the answer into a token
 */
export function unwrapped(answer: Answer, url: URL): Record<string, unknown> {
  const body = jsonObject(answer, SERVICE, url)
  if (!isPresent(body['wrap_info'])) return body
  throw new ActionError('UNUSABLE_ANSWER', `${SERVICE} (${url.host}) wrapped its answer instead of giving it.`, {
    hint: 'The step does not ask for response wrapping: check what a proxy in front of Vault adds (X-Vault-Wrap-TTL).',
  })
}

/** Go writes an absent object as `null`. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** The texts of a list; none if it is not a list. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
