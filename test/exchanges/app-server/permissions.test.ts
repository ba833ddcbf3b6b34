import { describe, expect, test } from 'vitest'
import { readPermissions } from '../../../src/exchanges/app-server/permissions.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'

/** What is asked for, as `scope: level, …` */
async function permissionsOf(
  text: string,
): Promise<{ asked: string; warnings: readonly string[]; problems: string[] }> {
  const inputs = inputsOf({ permissions: text })
  const permissions = await readPermissions(inputs, 'permissions')
  expect(Object.getPrototypeOf(permissions)).toBeNull()
  const asked = Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`)
  return { asked: asked.join(', '), warnings: inputs.warnings, problems: problemsOf(inputs) }
}

describe('permissions', () => {
  test.each([
    ['secrets: write\n', 'secrets: write'],
    ['contents: read, pull-requests: write', 'contents: read, pull-requests: write'],
    ['contents:read, secrets:write,', 'contents: read, secrets: write'],
    ['contents:read\r\nsecrets : write\r\n', 'contents: read, secrets: write'],
    ['# what is needed\ncontents: read\n\n  # and, more\nissues: write', 'contents: read, issues: write'],
    ['contents: read # to clone', 'contents: read'],
    ['Pull Requests: write', 'pull-requests: write'],
    ['PULL_REQUESTS:WRITE', 'pull-requests: write'],
    ['{"contents": "read", "pull_requests": "write"}', 'contents: read, pull-requests: write'],
    ['contents: &level read', 'contents: read'],
  ])('%j', async (text, asked) => {
    expect(await permissionsOf(text)).toEqual({ asked, warnings: [], problems: [] })
  })

  const example = 'for example: contents: read, pull-requests: write'
  const unlike = (text: string, instead = example): string =>
    `permissions must give each scope a level, not "${text}"; ${instead}`
  const level = (text = '', scope = 'contents'): string =>
    `permissions must give "${scope}" the level read, write or admin${text && `, not "${text}"`}; for example: ${scope}: read`
  test.each<[string, ...string[]]>([
    ['', `permissions is required; ${example}`],
    ['# nothing', unlike('# nothing')],
    ['{}', `permissions must not be empty; ${example}`],
    ['contents=read', unlike('contents=read', 'for example: contents: read')],
    ['read-all', unlike('read-all')],
    ['contents: none', level('none')],
    ['contents: [read]', level()],
    [
      'pull-requests: read, pull_requests: read',
      `permissions must name a scope only once, but has "pull-requests" twice; ${example}`,
    ],
    [
      '{"__proto__": "admin", "contents": "read"}',
      `permissions must have scope names of letters, digits and dashes, not "__proto__"; ${example}`,
    ],
    ['contents: @read', `permissions is not valid YAML (line 1); ${example}`],
    ['contents: reed, issues: rite', level('reed'), level('rite', 'issues')],
  ])('%.50j is refused', async (text, ...problems) => {
    expect((await permissionsOf(text)).problems).toEqual(problems)
  })

  test('an unknown scope is a warning, and sent', async () => {
    expect(await permissionsOf('content: read, dependabot_alerts: read, brand-new: write, constructor: read')).toEqual({
      asked: 'content: read, dependabot-alerts: read, brand-new: write, constructor: read',
      warnings: [
        'permissions has the scope "content", which this version does not know. It is sent unchanged. Did you mean "contents"?',
        'permissions has the scope "dependabot-alerts", which this version does not know. It is sent unchanged. Did you mean "vulnerability-alerts"?',
        'permissions has the scope "brand-new", which this version does not know. It is sent unchanged.',
        'permissions has the scope "constructor", which this version does not know. It is sent unchanged.',
      ],
      problems: [],
    })
  })
})

test('the permission of the job is told from those of a GitHub App', async () => {
  expect((await permissionsOf('id-token: write, contents: read')).warnings).toEqual([
    'permissions has the scope "id-token", which is a permission of the job, not of a GitHub App: it belongs to the permissions of the job.',
  ])
})
