import { expect, test } from 'vitest'
import type { Refusal } from '../../src/http/call.ts'
import { mayPass, refusalError, retriesOf } from '../../src/http/refusal.ts'
import { answer, callTo } from './fixture.ts'

const call = callTo('https://app-server.example/path')
const page = { 'content-type': 'text/html' }
const PAGE_HINT =
  'The answer is a web page. Check that https://app-server.example is the right address and that no gateway or login page is in front of it.'
const same = (text: string): string => text

test.each<[number, Refusal, string, string]>([
  [403, {}, 'DENIED', 'refused (403 Forbidden).'],
  [403, { reason: 'No.' }, 'DENIED', 'refused (403 Forbidden): No.'],
  [403, { reason: 'No' }, 'DENIED', 'refused (403 Forbidden): No.'],
  [403, { reason: 'No\n::error::x' }, 'DENIED', 'refused (403 Forbidden): No ::error::x.'],
  [403, { reason: 7 }, 'DENIED', 'refused (403 Forbidden).'],
  [403, { reason: 'a'.repeat(600) }, 'DENIED', `refused (403 Forbidden): ${'a'.repeat(500)}…`],
  [499, {}, 'DENIED', 'refused (499).'],
  [401, { code: 'ID_TOKEN_REFUSED' }, 'ID_TOKEN_REFUSED', 'refused (401 Unauthorized).'],
  [503, {}, 'OVERLOADED', 'could not answer (503 Service Unavailable).'],
  [503, { code: 'ID_TOKEN_REFUSED' }, 'OVERLOADED', 'could not answer (503 Service Unavailable).'],
  [503, { retry: 'never' }, 'DENIED', 'refused (503 Service Unavailable).'],
  [400, { retry: 'until the deadline' }, 'OVERLOADED', 'could not answer (400 Bad Request).'],
  [400, { retry: { times: 2 } }, 'DENIED', 'refused (400 Bad Request).'],
  [299, {}, 'DENIED', 'refused (299).'],
  [300, {}, 'REDIRECTED', 'answered with a redirect (300 Multiple Choices).'],
  [
    399,
    { retry: 'until the deadline', code: 'CLOCK_SKEWED' },
    'REDIRECTED',
    'answered with a redirect (399).',
  ],
  [400, {}, 'DENIED', 'refused (400 Bad Request).'],
])('%i with %o is %s', (status, refusal, code, message) => {
  const error = refusalError(call, answer(status), refusal, same)
  expect(error).toMatchObject({ code, message: `The server (app-server.example) ${message}` })
})

test('what the system said is kept, without secrets', () => {
  const redact = (text: string): string => text.replaceAll('secret', '***')
  const refusal = { reason: 'my secret', requestId: `secret${'b'.repeat(200)}` }
  const error = refusalError({ ...call, audience: 'me' }, answer(403), refusal, redact)
  expect(error.refused).toEqual({
    status: 403,
    audience: 'me',
    reason: 'my ***',
    requestId: `***${'b'.repeat(97)}…`,
  })
  expect(refusalError(call, answer(403), {}, redact).refused).toStrictEqual({ status: 403 })
  expect(refusalError(call, answer(302), refusal, redact).refused).toBeUndefined()
})

test.each<[string, number, Record<string, string>, Refusal, object]>([
  ['of the system', 403, {}, { explain: (claims) => ({ hint: String(claims?.['sub']) }) }, { hint: 'me' }],
  ['of a web page', 403, page, {}, { hint: PAGE_HINT }],
  ['of the system for a web page', 403, page, { explain: () => ({ hint: 'Do.' }) }, { hint: 'Do.' }],
  ['none of a busy web page', 503, page, {}, {}],
  ['none of a web page with a code of its own', 403, page, { code: 'ID_TOKEN_REFUSED' }, {}],
  ['none', 403, {}, {}, {}],
])('the explanation is that %s', (_name, status, headers, refusal, explanation) => {
  const error = refusalError(call, answer(status, '', headers), refusal, same)
  expect(error.explain({ sub: 'me' })).toEqual(explanation)
})

test('how often a refusal is asked again', () => {
  expect(retriesOf({ retry: { times: 2 } })).toBe(2)
  for (const retry of ['never', 'until the deadline'] as const) expect(retriesOf({ retry })).toBe(0)
  expect(retriesOf({})).toBe(0)
  expect(mayPass({ status: 503 }, { retry: { times: 2 } })).toBe(true)
})
