import { describe, expect, test } from 'vitest'
import { createGitHub } from '../../dev/fakes/github.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { createOctoSts } from '../../dev/fakes/octo-sts.ts'
import { ask, jsonOf, setStage, type Stage } from './fakes.ts'

const SUBJECT = 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main'
const SCOPE = 'octo-org/target'
const MINUTE = 60_000

interface Scene extends Stage {
  /** Text by repository and identity. */
  readonly policies: Record<string, Record<string, string>>
  /** Writes the trust policy `deploy` of the repository. */
  readonly write: (...lines: string[]) => void
  readonly exchange: (query?: string, audience?: string) => Promise<FakeReply>
}

async function setScene(claims: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const stage = await setStage({}, claims)
  const policies: Record<string, Record<string, string>> = {}
  const { handler } = createOctoSts({
    ...stage,
    verify: stage.issuer.verify,
    github: createGitHub(stage),
    domain: () => 'octo-sts.dev',
    installations: { 'octo-org': { contents: 'write' } },
    policies,
  })
  const write = (...lines: string[]): void => {
    policies[SCOPE] = { deploy: lines.join('\n') }
  }
  write(`issuer: ${ISSUER}`, `subject: ${SUBJECT}`, 'permissions: { contents: read }')
  return {
    ...stage,
    policies,
    write,
    exchange: async (query = `scope=${SCOPE}&identity=deploy`, audience = 'octo-sts.dev') =>
      ask(handler, 'POST', `https://octo-sts.dev/sts/exchange?${query}`, {
        authorization: `Bearer ${await stage.issuer.mint(audience)}`,
      }),
  }
}

function said(reply: FakeReply): unknown[] {
  return [reply.status, jsonOf(reply)['code'], jsonOf(reply)['message']]
}

/* What it remembers, and how it refuses a policy, is asked through the action in test/exchanges/octo-sts. */

test.each([
  ['identity=deploy', 'scope must be provided'],
  [`scope=${SCOPE}`, 'identity must be provided'],
  [`scopes=${SCOPE}&scopes=${SCOPE}`, 'multiple scopes not supported'],
])('the query %s is refused', async (query, message) => {
  expect(said(await (await setScene()).exchange(query))).toEqual([400, 3, message])
})

describe('the claims', () => {
  test.each([
    [{ sub: 'repo:octo-org/workflows:ref:refs/heads/fix(ci)' }, 'invalid subject in token'],
    [{ sub: 'repo:octo-org/workflows:environment:the stage' }, 'invalid subject in token'],
    [{ sub: 'x'.repeat(256) }, 'invalid subject in token'],
    [{ aud: 'me@example.com' }, 'invalid audience in token'],
    [{ aud: 'x'.repeat(256) }, 'invalid audience in token'],
    [{ iss: 'https://issuer.example.com' }, 'unable to fetch or create the provider'],
  ])('%j are refused', async (claims, message) => {
    expect(said(await (await setScene(claims)).exchange())).toEqual([400, 3, message])
  })

  test('are compared as text, a boolean by its name and a number not at all', async () => {
    const { exchange, write } = await setScene({ flag: true, count: 1 })
    write(`issuer: ${ISSUER}`, `subject: ${SUBJECT}`, "claim_pattern: { flag: 'true', count: '1' }")
    expect(said(await exchange())).toEqual([403, 7, 'trust policy: expected claim "count" not a string'])
  })

  test('match a pattern that is anchored without a group', async () => {
    const { exchange, write } = await setScene()
    write(`issuer: ${ISSUER}`, 'subject_pattern: repo:octo-org@|another')
    // In both forms, as the action of Octo STS names the scope.
    expect((await exchange(`scopes=${SCOPE}&scope=${SCOPE}&identity=deploy`)).status).toBe(200)
  })
})

test('a policy names repositories only where it is the owner’s, and permissions as GitHub’s API does', async () => {
  const { exchange, write, pass } = await setScene()
  const lines = [`issuer: ${ISSUER}`, `subject: ${SUBJECT}`]
  for (const line of ['repositories: [target]', 'permissions: { pull-requests: write }']) {
    write(...lines, line)
    expect(said(await exchange())).toEqual([404, 5, 'unable to parse trust policy found for "deploy"'])
    pass(5 * MINUTE)
  }
  const { exchange: ofOwner, ...other } = await setScene()
  other.policies['octo-org/.github'] = { deploy: [...lines, 'repositories: [target]'].join('\n') }
  expect((await ofOwner('scope=octo-org&identity=deploy')).status).toBe(200)
})
