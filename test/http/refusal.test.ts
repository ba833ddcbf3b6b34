import { describe, expect, test } from 'vitest'
import type { Refusal } from '../../src/http/call.ts'
import { refusalError } from '../../src/http/refusal.ts'
import { answer, callTo } from './fixture.ts'

const call = callTo('https://vault.example.com/vault/v1/auth/jwt/login?x=1', { service: 'Vault' })
const EXPLAINED = { hint: 'A policy of the role must allow it.', advice: 'So:' }
const own: Refusal = { explain: () => EXPLAINED }

const errorOf = (status: number, body: unknown, refusal: Refusal): ReturnType<typeof refusalError> =>
  refusalError(call, answer(status, body), refusal, (text) => text)

describe('an answer without a reason of the system’s own', () => {
  test.each<[unknown, string]>([
    ['<html>\r\n<head><title>403 Forbidden</title></head>\r\n</html>', 'it is a web page'],
    ['  \n', 'it is empty'],
    ['Forbidden', 'it has another form'],
    [{ errors: [] }, 'it has another form'],
  ])('has no hint of the system, but one about something in front: %j', (body, what) => {
    expect(errorOf(403, body, own).explain(undefined)).toEqual({
      hint: `This answer is not from Vault: ${what}. Check that https://vault.example.com/vault/v1/auth/jwt/login is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request.`,
    })
  })

  test('is quoted where it has a message', () => {
    const { message, refused } = errorOf(404, { message: 'no Route matched with those values' }, own)
    expect(message).toBe('Vault (vault.example.com) refused (404 Not Found): no Route matched with those values.')
    expect(refused?.reason).toBe('no Route matched with those values')
  })

  test('has no hint where it may pass', () => {
    expect(errorOf(503, '<html>', own).explain(undefined)).toEqual({})
  })

  test('is one whose reason cannot be shown', () => {
    expect(errorOf(403, {}, { ...own, reason: '\u200b\n' }).explain(undefined).hint).toContain('not from Vault')
  })
})

test('what does not exist is named only where the system itself refuses', () => {
  const missing = (status: number, reason?: string): unknown => errorOf(status, '', { reason, missing: '"a"' }).missing
  expect([missing(404, 'no'), missing(404), missing(503, 'no')]).toEqual(['"a"', undefined, undefined])
})

test('a reason of the system’s own has the explanation of the system', () => {
  const explanation = (refusal: Refusal): unknown => errorOf(403, '', { ...refusal, reason: 'no' }).explain(undefined)
  expect([explanation(own), explanation({})]).toEqual([EXPLAINED, {}])
})

test.each<[number, Refusal, string, string]>([
  [403, {}, 'DENIED', 'refused (403 Forbidden).'],
  [403, { reason: 'No.' }, 'DENIED', 'refused (403 Forbidden): No.'],
  [403, { reason: 'No' }, 'DENIED', 'refused (403 Forbidden): No.'],
  [403, { reason: 'No\n::error::x' }, 'DENIED', 'refused (403 Forbidden): No ::error::x.'],
  [403, { reason: 7 }, 'DENIED', 'refused (403 Forbidden).'],
  [403, { reason: 'a'.repeat(600) }, 'DENIED', `refused (403 Forbidden): ${'a'.repeat(500)}…`],
  // Not once more.
  [404, { reason: 'Not Found' }, 'DENIED', 'refused (404 Not Found).'],
  [499, {}, 'DENIED', 'refused (499).'],
  [401, { code: 'ID_TOKEN_REFUSED' }, 'ID_TOKEN_REFUSED', 'refused (401 Unauthorized).'],
  [503, { code: 'ID_TOKEN_REFUSED' }, 'OVERLOADED', 'could not answer (503 Service Unavailable).'],
  [503, { retry: 'never' }, 'DENIED', 'refused (503 Service Unavailable).'],
  [400, { retry: 'until the deadline' }, 'OVERLOADED', 'could not answer (400 Bad Request).'],
  [400, { retry: { times: 2 } }, 'DENIED', 'refused (400 Bad Request).'],
  [299, {}, 'DENIED', 'refused (299).'],
  [300, {}, 'REDIRECTED', 'answered with a redirect (300 Multiple Choices).'],
  [399, { retry: 'until the deadline', code: 'CLOCK_SKEWED' }, 'REDIRECTED', 'answered with a redirect (399).'],
])('%i with %o is %s', (status, refusal, code, message) => {
  expect(errorOf(status, '', refusal)).toMatchObject({ code, message: `Vault (vault.example.com) ${message}` })
})

test('what the system said is kept, without secrets', () => {
  const refusedBy = (status: number, refusal: Refusal, audience?: string): unknown =>
    refusalError({ ...call, ...(audience && { audience }) }, answer(status), refusal, (text) =>
      text.replaceAll('secret', '***'),
    ).refused
  const refusal = { reason: 'my secret', requestId: `secret${'b'.repeat(200)}` }
  const kept = { status: 403, audience: 'me', reason: 'my ***', requestId: `***${'b'.repeat(97)}…` }
  expect(refusedBy(403, refusal, 'me')).toEqual(kept)
  expect(refusedBy(403, {})).toStrictEqual({ status: 403 })
  expect(refusedBy(302, refusal)).toBeUndefined()
})
