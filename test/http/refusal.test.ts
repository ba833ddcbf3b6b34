import { describe, expect, test } from 'vitest'
import type { Call, Refusal } from '../../src/http/call.ts'
import { refusalError } from '../../src/http/refusal.ts'
import { answer } from '../aws/fixture.ts'

const call = {
  service: 'Vault',
  url: new URL('https://vault.example.com/vault/v1/auth/jwt/login?x=1'),
} as Call<unknown>
const own: Refusal = { explain: () => ({ hint: 'A policy of the role must allow it.', advice: 'So:' }) }

const errorOf = (status: number, body: unknown, refusal: Refusal): ReturnType<typeof refusalError> =>
  refusalError(call, answer(status, body), refusal, (text) => text)

describe('an answer without a reason of the system’s own', () => {
  const hint = (what: string): string =>
    `This answer is not from Vault: ${what}. Check that https://vault.example.com/vault/v1/auth/jwt/login is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request.`

  test.each<[unknown, string]>([
    ['<html>\r\n<head><title>403 Forbidden</title></head>\r\n</html>', 'it is a web page'],
    ['', 'it is empty'],
    ['  \n', 'it is empty'],
    ['Forbidden', 'it has another form'],
    [{ errors: [] }, 'it has another form'],
  ])('has no hint of the system, but one of what stands in front: %j', (body, what) => {
    for (const status of [400, 401, 403, 404, 405]) {
      const error = errorOf(status, body, own)
      expect(error.code).toBe('DENIED')
      expect(error.message).toMatch(/refused \(4\d\d [A-Z][A-Za-z ]+\)\.$/)
      expect(error.explain(undefined)).toEqual({ hint: hint(what) })
    }
  })

  test('is quoted where it has a message', () => {
    const { message, refused } = errorOf(404, { message: 'no Route matched with those values' }, own)
    expect(message).toBe(
      'Vault (vault.example.com) refused (404 Not Found): no Route matched with those values.',
    )
    expect(refused?.reason).toBe('no Route matched with those values')
  })

  test('has no hint where it may pass', () => {
    expect(errorOf(503, '<html>', own).explain(undefined)).toEqual({})
  })

  test('is one whose reason cannot be shown', () => {
    expect(errorOf(403, {}, { ...own, reason: '\u200b\n' }).explain(undefined).hint).toContain(
      'not from Vault',
    )
  })
})

test('a reason of the system’s own has the explanation of the system', () => {
  const error = errorOf(403, { errors: ['permission denied'] }, { ...own, reason: 'permission denied' })
  expect(error.message).toBe('Vault (vault.example.com) refused (403 Forbidden): permission denied.')
  expect(error.explain(undefined)).toEqual({ hint: 'A policy of the role must allow it.', advice: 'So:' })
  expect(errorOf(403, {}, { reason: 'permission denied' }).explain(undefined)).toEqual({})
})

test('a reason that is the status in words is not repeated', () => {
  expect(errorOf(404, {}, { reason: 'Not Found' }).message).toBe(
    'Vault (vault.example.com) refused (404 Not Found).',
  )
})
