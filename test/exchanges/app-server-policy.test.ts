import { describe, expect, test } from 'vitest'
import { explainIssues, issuesOf, type Asked } from '../../src/exchanges/app-server-policy.ts'

const ASKED: Asked = { owner: 'octo-org', repositories: ['target'], permissions: { contents: 'read' } }
const CLAIMS = { sub: 'repo:octo-org/workflows:ref:refs/heads/main' }

function policyFor(message: string, asked: Asked = ASKED): string | undefined {
  return explainIssues(issuesOf(message), asked, CLAIMS).yaml
}

const GRANTED = [
  '# .github/access-token.yaml in octo-org/target, on its default branch',
  'origin: octo-org/target',
  'statements:',
  '  - subjects:',
  "      - 'repo:octo-org/workflows:ref:refs/heads/main'",
  '    permissions:',
  '      contents: read',
].join('\n')

describe('the policy to paste', () => {
  test('grants what was asked', () => {
    expect(policyFor('Issues:\n- octo-org/target:\n  - contents: read - Not authorized')).toBe(GRANTED)
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
    expect(
      policyFor('Issues:\n- octo-org:\n  - contents: admin - Not allowed by owner access policy'),
    ).toMatch(/^allowed-repository-permissions:\n {2}contents: read$/m)
  })

  test('is of any repository where all were asked for', () => {
    const asked: Asked = { ...ASKED, repositories: 'ALL' }
    expect(policyFor('Issues:\n- octo-org/any:\n  - contents: read - Not authorized', asked)).toContain(
      'origin: octo-org/any\n',
    )
  })
})

test.each([
  '',
  'No',
  'Not issues:\n- octo-org/target:\n  - No',
  'Issues:\n',
  'Issues:\n- octo-org/target:\n',
])('a message without issues: %j', (message) => {
  expect(issuesOf(message)).toEqual([])
})
