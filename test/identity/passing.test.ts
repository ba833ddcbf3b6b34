import { describe, expect, test } from 'vitest'
import { stsRefusal as aws } from '../../src/aws/refusal.ts'
import type { Claims, Explanation } from '../../src/explanation.ts'
import { refusal as bytebase } from '../../src/exchanges/bytebase/refusal.ts'
import { refusal as octoSts } from '../../src/exchanges/octo-sts/refusal.ts'
import { stsRefusal as google } from '../../src/google/refusal.ts'
import type { Refusal } from '../../src/http/call.ts'
import { aboutPassing } from '../../src/identity/claims.ts'
import { loginRefusal as vault } from '../../src/vault/refusal.ts'
import { SOURCE } from '../aws/fixture.ts'
import { answer } from '../http/fixture.ts'

const QUEUE = 'repo:octo-org/app:ref:refs/heads/gh-readonly-queue/main/pr-104-a7f5ef4b'

// Forms of `sub` and `ref`: GitHub Docs, "OpenID Connect reference"; the branch of a merge queue: reports of merge_group.
test.each<[string, string | undefined]>([
  [QUEUE, 'a branch of the merge queue'],
  ['repo:octo-org/app:ref:refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org/app:ref:refs/pull/7/merge', 'one pull request'],
  [
    'repo:octo-org/app:pull_request:job_workflow_ref:o/w/.github/workflows/ci.yml@refs/pull/7/merge',
    'one pull request',
  ],
  ['repo:octo-org/app:job_workflow_ref:octo-org/app/.github/workflows/ci.yml@refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org@1/app@2:job_workflow_ref:octo-org/app/.github/workflows/ci.yml@refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org/app:workflow_ref:octo-org/app/.github/workflows/ci.yml@refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org/app:job_workflow_ref:octo-org/shared/.github/workflows/deploy.yml@refs/tags/v1', undefined],
  ['repo:octo-org/app:pull_request', undefined],
  ['repo:octo-org/app:ref:refs/heads/main', undefined],
  ['repo:octo-org/app:ref:refs/heads/refs/tags/x', undefined],
  ['repo:octo-org/app:ref:refs/heads/refs/heads/gh-readonly-queue/x', undefined],
  ['repo:octo-org/app:ref:refs/heads/gh-readonly-queues/x', undefined],
  ['repo:octo-org/app:ref:refs/pull/x/merge', undefined],
])('%s is that of %s', (subject, what) => {
  const give = subject === QUEUE ? 'Use no token in the merge queue, or give' : 'Give'
  expect(aboutPassing(subject)).toBe(
    what &&
      `The subject "${subject}" is that of ${what} and does not come again, so no policy is suggested for it. ${give} the job an environment (\`environment:\`): its subject stays the same.`,
  )
})

describe('no system suggests to bind a policy to a subject that comes once', () => {
  const server = { api: '', namespace: '', audience: 'a', authPath: 'jwt', role: 'r', headers: {} }
  const url = new URL('https://x.example.com')
  const refusals: Record<string, Refusal> = {
    aws: aws(
      answer(403, {
        Error: { Code: 'AccessDenied', Message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' },
      }),
      SOURCE,
    ),
    google: google(
      answer(400, { error: 'unauthorized_client', error_description: 'rejected by the attribute condition' }),
      { provider: 'p', audience: 'a', sts: url, iamCredentials: '' },
    ),
    vault: vault(answer(400, { errors: ['error validating token: invalid subject (sub) claim'] }), server),
    'Octo STS': octoSts(answer(403, { code: 7, message: 'trust policy: subject "x" did not match "y"' }), {
      url,
      domain: 'octo-sts.dev',
      audience: 'octo-sts.dev',
      scope: 'octo-org/app',
      identity: 'deploy',
      apiUrl: '',
      headers: {},
      outlivesJob: false,
    }),
    Bytebase: bytebase(answer(401, { code: 16, message: 'token validation failed: subject mismatch: expected "x"' }), {
      url,
      email: 'ci@workload.bytebase.com',
      audience: 'a',
      headers: {},
    }),
  }
  const explained = (refusal: Refusal, sub: string): Explanation => {
    const claims: Claims = { iss: 'https://token.actions.githubusercontent.com', sub, repository_id: '1' }
    return refusal.explain?.(claims) ?? {}
  }

  test.each(Object.entries(refusals))('%s', (_name, refusal) => {
    expect(explained(refusal, 'repo:octo-org/app:environment:production').paste).toHaveLength(1)
    const { advice, paste } = explained(refusal, QUEUE)
    expect(paste).toBeUndefined()
    expect(advice).toBe(aboutPassing(QUEUE))
  })
})
