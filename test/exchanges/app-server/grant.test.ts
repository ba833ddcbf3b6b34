import { describe, expect, test } from 'vitest'
import type { Grant, Tools } from '../../../src/exchange.ts'
import { grantFrom } from '../../../src/exchanges/app-server/grant.ts'
import type { Asked } from '../../../src/exchanges/app-server/settings.ts'
import { answer } from '../../http/fixture.ts'
import { SETTINGS } from './fixture.ts'

const TOKEN = 'obviously-fake-token'

const ENDS = '2026-11-21T09:00:00.000Z'

const GRANTED = {
  token: TOKEN,
  owner: 'octo-org',
  repositories: ['workflows'],
  permissions: { contents: 'write', issues: 'read' },
  expires_at: ENDS,
}

function grantOf(given: object, asked: Partial<Asked> = {}): Grant {
  const tools = { mask: () => undefined, revokeAtEnd: () => expect.fail() } as unknown as Tools
  return grantFrom(
    answer(200, { ...GRANTED, ...given }),
    { ...SETTINGS, asked: { ...SETTINGS.asked, ...asked } },
    tools,
  )
}

describe('granted is not asked', () => {
  const LESS = 'The app server granted less than requested: '
  const MORE = 'The app server granted more than requested: '
  const also = (scope: string, level: string): object => ({ permissions: { ...GRANTED.permissions, [scope]: level } })
  test.each<[string, object, Partial<Asked>, string[]]>([
    [
      'less',
      { permissions: { contents: 'read' } },
      {},
      [`${LESS}contents: read instead of write, issues: nothing instead of read.`],
    ],
    ['metadata: read, which comes along', also('metadata', 'read'), {}, []],
    ['metadata: write', also('metadata', 'write'), {}, [`${MORE}metadata: write.`]],
    ['admin, which is more than write', also('contents', 'admin'), {}, [`${MORE}contents: admin.`]],
    [
      'nothing of a scope that every object has',
      { permissions: {} },
      { permissions: Object.assign(Object.create(null) as object, { constructor: 'read' } as const) },
      [`${LESS}constructor: nothing instead of read.`],
    ],
    ['what was asked', {}, {}, []],
    ['names in another case', { owner: 'OCTO-Org', repositories: ['WorkFlows'] }, {}, []],
    [
      'other repositories',
      { repositories: ['other'] },
      {},
      [`${LESS}not for repository "workflows".`, `${MORE}repository "other".`],
    ],
    ['some instead of all', {}, { repositories: 'ALL' }, [`${LESS}some repositories instead of all.`]],
    ['all instead of some', { repositories: undefined }, {}, [`${MORE}all repositories.`]],
    ['all as asked', { repositories: undefined }, { repositories: 'ALL' }, []],
    [
      'of another owner than was asked',
      {},
      { owner: 'other' },
      ['The app server granted a token for "octo-org", not for "other".'],
    ],
  ])('%s', (_what, given, asked, warnings) => {
    expect(grantOf(given, asked).warnings).toEqual(warnings)
  })
})

describe('an answer', () => {
  test('in the spelling of the API of GitHub has its scopes as they are asked for', () => {
    const permissions = { pull_requests: 'write' }
    const grant = grantOf({ permissions }, { permissions: { 'pull-requests': 'write' } })
    expect(grant.outputs['permissions']).toBe('{"pull-requests":"write"}')
    expect(grant.warnings).toEqual([])
  })

  test('that tells nothing but the token is one for what was asked', () => {
    const silent = { owner: undefined, repositories: undefined, permissions: undefined, expires_at: 'soon' }
    const grant = grantOf(silent, { repositories: 'ALL', owner: 'other' })
    expect(grant.outputs).toMatchObject({
      owner: 'other',
      repositories: 'ALL',
      permissions: JSON.stringify(SETTINGS.asked.permissions),
    })
    expect(grant.summary).toMatch(/^Token for all repositories of "other": .*; ends within the hour; /)
    expect(grant).not.toHaveProperty('expiresAt')
    expect(grant.revocable).not.toHaveProperty('ends')
  })

  test('gives no name that could be none, whatever it holds', () => {
    const evil = '\n::add-path::/tmp/evil'
    const grant = grantOf({
      owner: evil,
      repositories: [evil, 'workflows', 7, null, '##[set-env name=A]b', 'a/b', 'x'.repeat(101)],
      permissions: { [evil]: 'read', contents: evil, issues: 'read', '##[group]': 'write', ['__proto__']: 'read' },
    })
    expect(grant.outputs).toMatchObject({
      owner: 'octo-org',
      repositories: '["workflows"]',
      permissions: '{"issues":"read"}',
    })
    expect(JSON.stringify(grant)).not.toMatch(/add-path|set-env/)
  })

  test('of 40,000 is shown by its beginning; the outputs are whole', () => {
    const repositories = ['workflows', ...Array.from({ length: 40_000 }, (_, index) => `r-${index}`)]
    const { summary, warnings, outputs } = grantOf({ repositories })
    expect(summary).toMatch(/^Token for "octo-org\/workflows", "octo-org\/r-0", .* and 39991 more: /)
    expect(warnings).toEqual([expect.stringMatching(/: repository "r-0", .* and 39990 more\.$/)])
    expect(JSON.parse(outputs['repositories']!)).toEqual(repositories)
    const scopes = Array.from({ length: 20 }, (_, index) => `scope${'-x'.repeat(index)}`)
    expect(grantOf({ permissions: Object.fromEntries(scopes.map((scope) => [scope, 'write'])) }).summary).toMatch(
      /scope-x: write, .* and 10 more; ends/,
    )
  })
})
