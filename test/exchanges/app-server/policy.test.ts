import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Claims, Explanation } from '../../../src/explanation.ts'
import { explainIssues, issuesOf } from '../../../src/exchanges/app-server/issues.ts'
import type { Asked } from '../../../src/exchanges/app-server/settings.ts'

const NOT_AUTHORIZED = '- octo-org/target:\n  - contents: read - Not authorized'
const CLAIMS = { sub: 'repo:octo-org/workflows:ref:refs/heads/main' }

/** What is said of these issues, to a job that asked for `contents: read` of a repository of its owner. */
function explain(issues: string, asked: Partial<Asked> = {}, claims: Claims | undefined = CLAIMS): Explanation {
  const usual: Asked = {
    workflowRepository: 'octo-org/workflows',
    owner: 'octo-org',
    repositories: ['target'],
    permissions: { contents: 'read' },
  }
  return explainIssues(issuesOf(`Issues:\n${issues}`), { ...usual, ...asked }, claims)
}

const policyFor = ({ paste }: Explanation): string | undefined => paste?.map(({ content }) => content).join('\n')

const GRANTED = [
  'origin: octo-org/target',
  'statements:',
  '  - subjects:',
  "      - 'repo:octo-org/workflows:ref:refs/heads/main'",
  '    permissions:',
  '      contents: read',
].join('\n')

describe('the policy to paste', () => {
  test('holds for an owner also what the app server had not looked at yet', () => {
    const explained = explain('- octo-org:\n  - members: write - Not authorized', {
      permissions: { members: 'write', contents: 'read' },
    })
    expect(explained.advice).toContain('The app server stopped at the policy of the owner.')
    expect(policyFor(explained)).toContain(
      [
        'origin: octo-org/.github-access-token',
        'allowed-repository-permissions:',
        '  contents: read',
        'statements:',
        '  - subjects:',
        "      - 'repo:octo-org/workflows:ref:refs/heads/main'",
        '    permissions:',
        '      members: write',
        'origin: octo-org/target',
      ].join('\n'),
    )
  })

  test.each<[string, exists: unknown[], permissions?: Asked['permissions']]>([
    ['- octo-org:\n  - Access policy not found', [false, undefined]],
    ['- octo-org:\n  - contents: read - Not authorized', [true, undefined]],
    ['- octo-org/target:\n  - Access policy not found', [false]],
    // Repositories can grant nothing of it.
    ['- octo-org:\n  - members: write - Not authorized', [true], { members: 'write' }],
  ])('tells of each file whether it is there, where that is known: %j', (issues, exists, permissions) => {
    const { paste } = explain(issues, permissions && { permissions })
    expect(paste?.map(({ file }) => file?.exists)).toEqual(exists)
  })

  test('is found where a server spells names otherwise', () => {
    expect(policyFor(explain('- Octo-Org/Target:\n  - contents: read - Not authorized'))).toBe(
      GRANTED.replaceAll('octo-org/target', 'Octo-Org/Target'),
    )
  })

  test.each([
    ['a member of every object', '- octo-org/target:\n  - constructor: write - Not authorized'],
    ['another repository', '- octo-org/other:\n  - Access policy not found'],
    ['the policy of another owner', '- evil:\n  - Access policy not found'],
    ['nobody', '  - contents: read - Not authorized'],
  ])('never grants what was not asked: %s', (_what, issues) => {
    expect(explain(issues)).toEqual({})
  })

  test('never grants more than was asked', () => {
    expect(policyFor(explain('- octo-org/target:\n  - contents: write - Not authorized'))).toBe(GRANTED)
    expect(policyFor(explain('- octo-org:\n  - contents: admin - Not allowed by owner access policy'))).toMatch(
      /^allowed-repository-permissions:\n {2}contents: read$/m,
    )
  })

  test('is one of 33 at the most, however many a server names', () => {
    const blocks = Array.from({ length: 200 }, (_, n) => `- octo-org/r${n}:\n  - Access policy not found`)
    const { paste, advice } = explain(blocks.join('\n'), { repositories: 'ALL' })
    expect(paste).toHaveLength(33)
    expect(advice?.match(/No policy file was found/g)).toHaveLength(33)
  })
})

describe('the subject', () => {
  const push = {
    sub: 'repo:octo-org/workflows:ref:refs/heads/main',
    repository: 'octo-org/workflows',
    repository_id: '216219028',
    repository_owner_id: '6811672',
    ref: 'refs/heads/main',
    event_name: 'push',
    workflow_ref: 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
  }

  test.each<[string, object, subject: string]>([
    [
      'the workflow file, bound to the ids',
      {},
      'repo:octo-org@6811672/workflows@216219028:workflow_ref:octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
    ],
    ['the sub claim for a pull request', { event_name: 'pull_request', ref: 'refs/pull/7/merge' }, push.sub],
    ['the sub claim where the ids are not known', { repository_id: '' }, push.sub],
  ])('is %s', (_what, claims, subject) => {
    const policy = policyFor(explain(NOT_AUTHORIZED, {}, { ...push, ...claims }))
    expect(parse(policy!)).toMatchObject({ statements: [{ subjects: [subject] }] })
  })

  test.each([
    ['repo:octo-org@6811672/workflows@216219028:environment:live', 'so it matches only this repository'],
    ['repo:octo-org/workflows:environment:live@europe', 'It matches by name'],
  ])('has the immutable form by the ids, not by a sign in a name: %s', (sub, note) => {
    expect(explain(NOT_AUTHORIZED, {}, { sub, environment: 'live' }).advice).toContain(note)
  })

  test('that is long is folded so that it fits on the page, and reads as it is', () => {
    const sub = `repo:octo-org/workflows:environment:${'"\\ é'.repeat(40)}/x:y@z`
    const policy = policyFor(explain(NOT_AUTHORIZED, {}, { sub, environment: 'live' }))!
    const lines = policy.split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(140)
    expect(lines.length).toBeGreaterThan(7)
    expect(parse(policy)).toMatchObject({ statements: [{ subjects: [sub] }] })
  })
})

describe('no policy', () => {
  test.each<[string, Claims | null]>([
    ['are not shown', null],
    ['have a subject with a wildcard', { sub: 'repo:octo-org/workflows:environment:live?' }],
    ['have one of two lines', { sub: 'repo:octo-org/workflows:environment:live\nsubjects:' }],
  ])('is suggested where the claims %s', (_what, claims) => {
    const asked: Partial<Asked> = { permissions: { members: 'write', contents: 'read' } }
    const issues = '- octo-org:\n  - members: write - Not authorized'
    const { paste, hint, advice } = explain(issues, asked, claims ?? {})
    expect({ paste, hint }).toEqual({ paste: undefined, hint: undefined })
    expect(advice).toContain('No policy is suggested')
    expect(advice).not.toContain('policies below')
  })

  test('is bound to a subject that does not come again', () => {
    const { advice, paste } = explain(NOT_AUTHORIZED, {}, { sub: 'repo:octo-org/workflows:ref:refs/tags/v0.0.14' })
    expect(paste).toBeUndefined()
    expect(advice).toContain('is that of one tag')
  })
})

test.each(['', 'Not issues:\n- octo-org/target:\n  - No', 'Issues:\n- octo-org/target:\n'])(
  'a message without issues: %j',
  (message) => {
    expect(issuesOf(message)).toEqual([])
  },
)

test('a repository that was renamed is told by its new name', () => {
  const { advice } = explain(NOT_AUTHORIZED, {}, { ...CLAIMS, repository: 'octo-org/renamed' })
  expect(advice).toContain('The run names its repository "octo-org/workflows", but its name is now "octo-org/renamed"')
})

test('the workflow\u2019s own owner is known by the run, also where the claims are hidden', () => {
  const issues = '- octo-org/target:\n  - Not authorized'
  expect(explain(issues, {}, {}).advice).not.toContain('another owner')
  expect(explain(issues, { workflowRepository: 'mona/workflows' }, {}).advice).toContain('another owner')
})
