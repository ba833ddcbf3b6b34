import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linePairs, readPermissions } from '../../../src/exchanges/app-server/permissions.ts'
import { fullYaml } from '../../../src/inputs/yaml.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'
import { anyText, ends, SEED, soup } from './texts.ts'

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
    ['contents: read', 'contents: read'],
    ['secrets: write\n', 'secrets: write'],
    ['contents: read\npull-requests: write', 'contents: read, pull-requests: write'],
    ['contents: read, pull-requests: write', 'contents: read, pull-requests: write'],
    ['contents:read,secrets:write', 'contents: read, secrets: write'],
    ['contents:read, secrets:write,', 'contents: read, secrets: write'],
    ['contents:read\r\nsecrets : write\r\n', 'contents: read, secrets: write'],
    ['# what is needed\ncontents: read\n\n  # and, more\nissues: write', 'contents: read, issues: write'],
    ['contents: read # to clone', 'contents: read'],
    ['pull_requests: write', 'pull-requests: write'],
    ['pull requests: write', 'pull-requests: write'],
    ['Pull Requests: write', 'pull-requests: write'],
    ['PULL_REQUESTS:WRITE', 'pull-requests: write'],
    ['organization_custom_org_roles: admin', 'organization-custom-org-roles: admin'],
    ['"contents": "read"', 'contents: read'],
    ['{"contents": "read", "pull_requests": "write"}', 'contents: read, pull-requests: write'],
    ['{ contents: read }', 'contents: read'],
    ['contents: &level read', 'contents: read'],
  ])('%j', async (text, asked) => {
    expect(await permissionsOf(text)).toEqual({ asked, warnings: [], problems: [] })
  })

  const example = 'for example: contents: read, pull-requests: write'
  const unlike = (text: string, instead = example): string =>
    `permissions must give each scope a level, not "${text}"; ${instead}`
  const level = (text = '', scope = 'contents'): string =>
    `permissions must give "${scope}" the level read, write or admin${text && `, not "${text}"`}; for example: ${scope}: read`
  const twice = (scope: string): string =>
    `permissions must name a scope only once, but has "${scope}" twice; ${example}`
  const PROTO = `permissions must have scope names of letters, digits and dashes, not "__proto__"; ${example}`
  const YAML = `permissions is not valid YAML (line 1); ${example}`
  test.each<[string, ...string[]]>([
    ['', `permissions is required; ${example}`],
    ['# nothing', unlike('# nothing')],
    ['{}', `permissions must not be empty; ${example}`],
    [',', YAML],
    ['contents', unlike('contents')],
    ['contents=read', unlike('contents=read', 'for example: contents: read')],
    ['read-all', unlike('read-all')],
    ['- contents: read', unlike('- contents: read')],
    ['contents:', level()],
    ['contents: none', level('none')],
    ['contents: [read]', level()],
    ['contents:\n  issues: read', level()],
    ['contents: read, issues', level('read, issues')],
    ['contents: read\ncontents: write', twice('contents')],
    ['pull-requests: read, pull_requests: read', twice('pull-requests')],
    ['"contents": read\n"contents": read', `permissions has a key twice (line 2); ${example}`],
    ['__proto__: read', PROTO],
    ['{"__proto__": "admin", "contents": "read"}', PROTO],
    ['contents: *x', `permissions must not use YAML aliases (line 1); ${example}`],
    ['contents: @read', YAML],
    ['contents: read\0', 'permissions must be plain text, without control characters'],
    ['['.repeat(1_000_000), 'permissions must not be longer than 16384 characters'],
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

describe('any text as permissions', () => {
  const pair = fc
    .tuple(
      fc.constantFrom('', ' ', '  '),
      fc.constantFrom(...'contents issues pull_requests a - "a" ? ---'.split(' '), 'pull requests', '# c', '- a'),
      fc.constantFrom(':', ': ', ': ', ': ', ' : ', ':\n  ', ':\t'),
      fc.constantFrom('read', 'write', 'admin', 'READ', 'read ', '"read"', 'read # c', 'x', '', '&a read'),
    )
    .map((parts) => parts.join(''))
  const pairs = fc.array(fc.oneof({ weight: 5, arbitrary: pair }, { weight: 1, arbitrary: soup }), { maxLength: 4 })
  test('gives levels by scope or a problem', async () => {
    const accepted = await anyText(
      fc.tuple(pairs, ends).map(([parts, end]) => parts.join(end)),
      async (text) => {
        const { asked, problems } = await permissionsOf(text)
        expect(asked).toMatch(/^([a-z][a-z\d-]*: (read|write|admin)(, |$))*$/)
        expect(asked !== '' || problems.length > 0).toBe(true)
        return problems
      },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  // What both readers take must mean the same, whichever of them reads it.
  test('means the same to the line reader and the YAML reader', async () => {
    let both = 0
    await fc.assert(
      fc.asyncProperty(pairs, ends, async (parts, end) => {
        const text = parts.join(end)
        const lines = linePairs(text)?.map(([scope, level]) => [scope, level.toLowerCase()])
        if (lines === undefined || !lines.every(([, level]) => /^(read|write|admin)$/.test(level ?? ''))) return
        const yaml = await fullYaml(text)
        if ('fault' in yaml || !(yaml.value instanceof Map)) return
        const entries = [...(yaml.value as ReadonlyMap<string, unknown>)].map(([scope, level]) => [
          scope.trim(),
          String(level).trim().toLowerCase(),
        ])
        const sound = ([scope = '', level = '']: string[]): boolean =>
          /^[a-z][\w -]*$/i.test(scope) && /^(read|write|admin)$/.test(level)
        if (!entries.every(sound)) return
        both++
        expect(lines).toEqual(entries)
      }),
      { numRuns: 20_000, seed: SEED },
    )
    expect(both).toBeGreaterThan(500)
  })
})
