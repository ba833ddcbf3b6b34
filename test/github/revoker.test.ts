import { describe, expect, test } from 'vitest'
import { fault, type Fault } from '../../dev/fakes/faults.ts'
import { createGitHub, type GitHub } from '../../dev/fakes/github.ts'
import type { FakeServer } from '../../dev/fakes/serve.ts'
import type { ActionError } from '../../src/errors.ts'
import { github } from '../../src/github/revoker.ts'
import { serving, testClient } from '../http/fixture.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const ENDS = new Date(NOW + 3_600_000)
const ANOTHER = '`github-api-url` may point to a GitHub other than the one that issued the token.'

interface Asked {
  /** `revoked`, `gone`, or the text of the error. */
  readonly outcome: string
  readonly server: FakeServer
  readonly fake: GitHub
}

/** Has a token revoked at a GitHub whose API is below a path with slashes at its end, and which has these faults first. */
async function revoked(
  faults: readonly Fault[],
  { now = NOW, ends = ENDS }: { now?: number; ends?: Date | null } = {},
): Promise<Asked> {
  const fake = createGitHub({ now: () => NOW, issue: () => undefined, basePath: '/api/v3' })
  const server = await serving(fake.handler, { faults, now: () => NOW })
  const { client } = testClient({ limitMs: 15_000, limit: '15 s' })
  const { token } = fake.createToken()
  const revocable = { issuer: 'github', token, apiUrl: `${server.url}/api/v3//`, ...(ends && { ends }) }
  const outcome = await github
    .revoke(client, revocable, {
      now: () => now,
      idToken: () => Promise.reject(new Error('no ID token is needed')),
      mask: () => undefined,
      input: () => '',
    })
    .catch((error: unknown) => (error as ActionError).text.replace(/127\.0\.0\.1:\d+/g, 'HOST'))
  return { outcome, server, fake }
}

const answers = ({ server }: Asked): unknown[] => server.requests.map(({ answered }) => answered)

test('a token is revoked with itself', async () => {
  const asked = await revoked([])
  expect(asked.outcome).toBe('revoked')
  expect(asked.server.requests).toMatchObject([{ method: 'DELETE', path: '/api/v3/installation/token', answered: 204 }])
  expect(asked.server.requests[0]!.headers).toMatchObject({
    authorization: `Bearer ${asked.fake.issued[0]!}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  })
  expect(asked.fake.living()).toEqual([])
})

describe('a 401', () => {
  const at = (ms: number): Fault => fault.status(401, { date: new Date(ms) })
  /** Without the time of the server. */
  const bare = fault.raw('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n')

  test.each<[string, Fault, { now?: number }]>([
    ['by the clock of the server', at(ENDS.getTime()), {}],
    ['by the clock of this runner where the server tells none', bare, { now: ENDS.getTime() }],
  ])('at the end of the token tells that it has ended: %s', async (_when, answer, options) => {
    expect((await revoked([answer], options)).outcome).toBe('gone')
  })

  test.each<[string, Fault, { now?: number; ends?: null }]>([
    ['a second before its end, whatever the clock of this runner', at(ENDS.getTime() - 1_000), { now: ENDS.getTime() }],
    ['where its end is not known', at(ENDS.getTime()), { ends: null }],
  ])('is an error %s', async (_when, answer, options) => {
    const asked = await revoked([answer], options)
    expect(asked.outcome).toMatch(/^GitHub \(HOST\) refused \(401 Unauthorized\)/)
    expect(asked.fake.living()).toHaveLength(1)
  })

  test('after an attempt whose answer was lost says that it may have been revoked', async () => {
    const asked = await revoked([fault.lost()])
    expect(asked.outcome).toBe(
      `GitHub (HOST) refused (401 Unauthorized): Bad credentials. An earlier attempt, whose answer was lost, may have revoked it. ${ANOTHER}`,
    )
    expect(answers(asked)).toEqual(['lost', 401])
  })
})

describe('a 403 of GitHub itself', () => {
  const answer = (message: string): Fault => fault.status(403, { body: { message } })

  // As GitHub words it, without retry-after: "Rate limits for the REST API", and what its users report.
  test('for a secondary rate limit is retried', async () => {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    const asked = await revoked([answer(message)])
    expect(asked.outcome).toBe('revoked')
    expect(answers(asked)).toEqual(['status 403', 204])
  })

  // GitHub, "Managing allowed IP addresses for your organization".
  test('for the address of the runner does not suspect github-api-url', async () => {
    const message =
      'Although you appear to have the correct authorization credentials, the `octo-org` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.'
    const { outcome } = await revoked([answer(message)])
    expect(outcome).toContain('IP allow list')
    expect(outcome).not.toContain(ANOTHER)
  })
})

describe('who does not answer as GitHub does', () => {
  const PAGE =
    'This answer is not from GitHub: it is a web page. Check that http://HOST/api/v3/installation/token is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request. '
  test.each<[Fault, string]>([
    [fault.status(401), `refused (401 Unauthorized): status 401. ${ANOTHER}`],
    [fault.html(401), `refused (401 Unauthorized). ${PAGE}${ANOTHER}`],
    [fault.status(403), `refused (403 Forbidden): status 403. ${ANOTHER}`],
    [
      fault.status(200),
      `answered 200 instead of 204. Check that http://HOST/api/v3// is GitHub's REST API and that no gateway or login page is in front of it. ${ANOTHER}`,
    ],
    [fault.redirect('https://github.com/login'), 'answered with a redirect (302 Found).'],
  ])('has revoked nothing: %o', async (answer, text) => {
    const asked = await revoked([answer])
    expect(asked.outcome).toContain(`GitHub (HOST) ${text}`)
    expect(asked.outcome.endsWith(ANOTHER)).toBe(true)
    expect(answers(asked)).toHaveLength(1)
    expect(asked.fake.living()).toHaveLength(1)
  })

  test('has no id of another GitHub where it could not answer at all', async () => {
    const asked = await revoked([fault.status(429, { retryAfter: 60 })])
    expect(asked.outcome).toMatch(/could not answer \(429 .* within the limit of 15 s\.$/)
  })
})

test.each<[string, Fault]>([
  ['a time', fault.status(403, { retryAfter: 1 })],
  ['no more requests', fault.status(403, { headers: { 'x-ratelimit-remaining': '0' } })],
])('a rate limit by %s is waited for', async (_what, limit) => {
  const asked = await revoked([limit, limit])
  expect(asked.outcome).toBe('revoked')
  expect(answers(asked)).toHaveLength(3)
})
