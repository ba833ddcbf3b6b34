import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Claims } from '../../../src/explanation.ts'
import { explainIssues, issuesOf } from '../../../src/exchanges/app-server/issues.ts'
import type { Asked } from '../../../src/exchanges/app-server/settings.ts'

const ASKED: Asked = {
  workflowRepository: 'octo-org/workflows',
  owner: 'octo-org',
  repositories: ['target'],
  permissions: { contents: 'read' },
}
const ISSUES = issuesOf('Issues:\n- octo-org/target:\n  - contents: read - Not authorized')
const CLAIMS = { sub: 'repo:octo-org/workflows:ref:refs/heads/main' }

/** What a policy to paste says. */
interface Policy {
  readonly statements?: readonly { readonly subjects: readonly string[] }[]
}

function policyFor(message: string, asked: Asked = ASKED): string | undefined {
  return explainIssues(issuesOf(message), asked, CLAIMS)
    .paste?.map(({ content }) => content)
    .join('\n')
}

const GRANTED = [
  'origin: octo-org/target',
  'statements:',
  '  - subjects:',
  "      - 'repo:octo-org/workflows:ref:refs/heads/main'",
  '    permissions:',
  '      contents: read',
].join('\n')

describe('the policy to paste', () => {
  test.each([
    ['repo:octo-org@6811672/workflows@216219028:environment:live', 'so it matches only this repository'],
    ['repo:octo-org/workflows:environment:live', 'It matches by name'],
    ['repo:octo-org/workflows:environment:live@europe', 'It matches by name'],
  ])('tells the immutable form by the ids, not by a sign in a name: %s', (sub, note) => {
    const { advice } = explainIssues(ISSUES, ASKED, { sub, environment: 'live' })
    expect(advice).toContain(note)
  })

  test('grants what was asked', () => {
    expect(policyFor('Issues:\n- octo-org/target:\n  - contents: read - Not authorized')).toBe(GRANTED)
  })

  test('holds for an owner also what the app server had not looked at yet', () => {
    const asked: Asked = { ...ASKED, permissions: { members: 'write', contents: 'read' } }
    const message = 'Issues:\n- octo-org:\n  - members: write - Not authorized'
    const { advice } = explainIssues(issuesOf(message), asked, CLAIMS)
    expect(advice).toContain('The app server stopped at the policy of the owner.')
    expect(policyFor(message, asked)).toContain(
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

  test('is of the owner alone where repositories can grant nothing of it', () => {
    const message = 'Issues:\n- octo-org:\n  - members: write - Not authorized'
    const asked: Asked = { ...ASKED, permissions: { members: 'write' } }
    expect(explainIssues(issuesOf(message), asked, CLAIMS).paste).toHaveLength(1)
  })

  test.each<[string, exists: unknown[]]>([
    ['- octo-org:\n  - Access policy not found', [false, undefined]],
    ['- octo-org:\n  - contents: read - Not authorized', [true, undefined]],
    ['- octo-org/target:\n  - Access policy not found', [false]],
  ])('tells of each file whether it is there, where that is known: %j', (issues, exists) => {
    const { paste } = explainIssues(issuesOf(`Issues:\n${issues}`), ASKED, CLAIMS)
    expect(paste?.map(({ file }) => file?.exists)).toEqual(exists)
  })

  test('is found where a server spells names otherwise', () => {
    expect(policyFor('Issues:\n- Octo-Org/Target:\n  - contents: read - Not authorized')).toBe(
      GRANTED.replaceAll('octo-org/target', 'Octo-Org/Target'),
    )
  })

  test.each([
    ['another scope', '- octo-org/target:\n  - administration: write - Not authorized'],
    ['a member of every object', '- octo-org/target:\n  - constructor: write - Not authorized'],
    ['another repository', '- octo-org/other:\n  - Access policy not found'],
    ['another owner', '- evil/target:\n  - contents: read - Not authorized'],
    ['the policy of another owner', '- evil:\n  - Access policy not found'],
    ['nobody', '  - contents: read - Not authorized'],
  ])('never grants what was not asked: %s', (_what, issues) => {
    expect(explainIssues(issuesOf(`Issues:\n${issues}`), ASKED, CLAIMS)).toEqual({})
  })

  test('never grants more than was asked', () => {
    expect(policyFor('Issues:\n- octo-org/target:\n  - contents: write - Not authorized')).toBe(GRANTED)
    expect(policyFor('Issues:\n- octo-org:\n  - contents: admin - Not allowed by owner access policy')).toMatch(
      /^allowed-repository-permissions:\n {2}contents: read$/m,
    )
  })

  test('is of any repository where all were asked for', () => {
    const asked: Asked = { ...ASKED, repositories: 'ALL' }
    expect(policyFor('Issues:\n- octo-org/any:\n  - contents: read - Not authorized', asked)).toContain(
      'origin: octo-org/any\n',
    )
  })

  test('is one of 33 at the most, however many a server names', () => {
    const asked: Asked = { ...ASKED, repositories: 'ALL' }
    const blocks = Array.from({ length: 200 }, (_, n) => `- octo-org/r${n}:\n  - Access policy not found`)
    const { paste, advice } = explainIssues(issuesOf(`Issues:\n${blocks.join('\n')}`), asked, CLAIMS)
    expect(paste).toHaveLength(33)
    expect(advice?.match(/No policy file was found/g)).toHaveLength(33)
  })
})

describe('the subject', () => {
  const environment = { ...CLAIMS, sub: 'repo:octo-org/workflows:environment:live', environment: 'live' }
  const push = {
    sub: 'repo:octo-org/workflows:ref:refs/heads/main',
    repository: 'octo-org/workflows',
    repository_id: '216219028',
    repository_owner_id: '6811672',
    ref: 'refs/heads/main',
    event_name: 'push',
    workflow_ref: 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
  }
  const subjectOf = (claims: Claims | undefined): string | undefined =>
    (parse(explainIssues(ISSUES, ASKED, claims).paste?.[0]?.content ?? '{}') as Policy).statements?.[0]?.subjects[0]

  test('is the environment of the job', () => {
    expect(subjectOf(environment)).toBe('repo:octo-org/workflows:environment:live')
  })

  test('is else the workflow file, bound to the ids', () => {
    expect(subjectOf(push)).toBe(
      'repo:octo-org@6811672/workflows@216219028:workflow_ref:octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
    )
  })

  test.each([
    ['for a pull request', { event_name: 'pull_request', ref: 'refs/pull/7/merge' }],
    ['where the ids are not known', { repository_id: '' }],
    ['where the workflow file has a wildcard in its name', { workflow_ref: 'octo-org/workflows/a*.yml@main' }],
  ])('is the sub claim %s', (_what, claims) => {
    expect(subjectOf({ ...push, ...claims })).toBe(push.sub)
  })

  test('is the same with a quote in it', () => {
    expect(subjectOf({ sub: "repo:octo-org/workflows:environment:it's" })).toBe(
      "repo:octo-org/workflows:environment:it's",
    )
  })

  test.each<[string, Claims | undefined]>([
    ['are not shown', undefined],
    ['have none', {}],
    ['have one with a wildcard', { sub: 'repo:octo-org/workflows:environment:live*' }],
    ['have one with another wildcard', { sub: 'repo:octo-org/workflows:environment:live?' }],
    ['have one of two lines', { sub: 'repo:octo-org/workflows:environment:live\nsubjects:' }],
  ])('is none where the claims %s', (_what, claims) => {
    const { paste, hint, advice } = explainIssues(ISSUES, ASKED, claims)
    expect({ paste, hint }).toEqual({ paste: undefined, hint: undefined })
    expect(advice).toContain('No policy is suggested')
  })
})

test.each(['', 'No', 'Not issues:\n- octo-org/target:\n  - No', 'Issues:\n', 'Issues:\n- octo-org/target:\n'])(
  'a message without issues: %j',
  (message) => {
    expect(issuesOf(message)).toEqual([])
  },
)

test('a long subject is folded so that it fits on the page, and reads as it is', () => {
  const sub = `repo:octo-org/workflows:environment:${'"\\ é'.repeat(40)}/x:y@z`
  const [snippet] = explainIssues(ISSUES, ASKED, { sub, environment: 'live' }).paste ?? []
  const lines = snippet!.content.split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(140)
  expect(lines.length).toBeGreaterThan(7)
  expect(parse(snippet!.content)).toMatchObject({ statements: [{ subjects: [sub] }] })
})

describe('no policy', () => {
  // Subjects as GitHub Docs ("OpenID Connect reference") and reports of the merge queue have them.
  test.each<[sub: string, what: string]>([
    ['repo:octo-org/workflows:ref:refs/tags/v0.0.14', 'is that of one tag'],
    [
      'repo:octo-org/workflows:ref:refs/heads/gh-readonly-queue/main/pr-104-a7f5ef4b',
      'is that of a branch of the merge queue',
    ],
    ['repo:octo-org/workflows:ref:refs/pull/7/merge', 'is that of one pull request'],
    [
      'repo:octo-org/workflows:pull_request:job_workflow_ref:octo-org/w/.github/workflows/ci.yml@refs/pull/7/merge',
      'is that of one pull request',
    ],
  ])('is bound to a subject that does not come again: %s', (sub, what) => {
    const { advice, paste } = explainIssues(ISSUES, ASKED, { sub })
    expect(paste).toBeUndefined()
    expect(advice).toContain(what)
    expect(advice).toContain('environment')
  })

  test('is announced where none follows', () => {
    const asked: Asked = { ...ASKED, permissions: { members: 'write', contents: 'read' } }
    const issues = issuesOf('Issues:\n- octo-org:\n  - members: write - Not authorized')
    const { advice, paste } = explainIssues(issues, asked, undefined)
    expect(paste).toBeUndefined()
    expect(advice).toContain('No policy is suggested')
    expect(advice).not.toContain('policies below')
  })
})

test('a repository that was renamed is told by its new name', () => {
  const { advice } = explainIssues(ISSUES, ASKED, { ...CLAIMS, repository: 'octo-org/renamed' })
  expect(advice).toContain('The run names its repository "octo-org/workflows", but its name is now "octo-org/renamed"')
})

test('the workflow\u2019s own owner is known by the run, also where the claims are hidden', () => {
  const issues = issuesOf('Issues:\n- octo-org/target:\n  - Not authorized')
  expect(explainIssues(issues, ASKED, undefined).advice).not.toContain('another owner')
  const asked: Asked = { ...ASKED, workflowRepository: 'mona/workflows' }
  expect(explainIssues(issues, asked, undefined).advice).toContain('another owner')
})
