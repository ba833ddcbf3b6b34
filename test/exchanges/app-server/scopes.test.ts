import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isKnownScope, nearest, suggestScope } from '../../../src/exchanges/app-server/scopes.ts'

describe('isKnownScope', () => {
  test.each([
    'contents',
    'pull-requests',
    'organization-custom-org-roles',
    'attestations',
    'artifact-metadata',
    'models',
  ])('knows %s', (scope) => {
    expect(isKnownScope(scope)).toBe(true)
  })

  test.each(['', 'content', 'pull_requests', 'Contents', '__proto__', 'constructor', 'has'])(
    'does not know %j',
    (scope) => {
      expect(isKnownScope(scope)).toBe(false)
    },
  )
})

describe('suggestScope', () => {
  test.each([
    ['content', 'contents'],
    ['contens', 'contents'],
    ['ocntents', 'contents'],
    ['pull-request', 'pull-requests'],
    ['pullrequests', 'pull-requests'],
    ['workflow', 'workflows'],
    ['dependabot-alerts', 'vulnerability-alerts'],
    ['commit-statuses', 'statuses'],
    ['code-scanning-alerts', 'security-events'],
    ['webhooks', 'repository-hooks'],
    ['code', 'contents'],
    ['organization-variables', 'organization-actions-variables'],
    ['organisation-hooks', 'organization-hooks'],
  ])('%s means %s', (given, meant) => {
    expect(suggestScope(given)).toBe(meant)
    expect(isKnownScope(meant)).toBe(true)
  })

  test.each([
    'x',
    'id-token',
    'organization-foo',
    'repository-action',
    'something-else-altogether',
    '__proto__',
    'constructor',
  ])('%s means nothing known', (given) => {
    expect(suggestScope(given)).toBeUndefined()
  })
})

describe('nearest', () => {
  test.each(['rolearn', 'role-arn', 'role_arn', 'RoleARN', 'roleArm', 'roelArn'])(
    '%s is nearest to roleArn',
    (given) => {
      expect(nearest(given, ['type', 'roleArn', 'audience', 'region', 'service'])).toBe('roleArn')
    },
  )

  test('counts a swap of neighbours as one change', () => {
    expect(nearest('ulr', ['url'])).toBe('url')
    expect(nearest('lru', ['url'])).toBeUndefined()
  })

  test('takes the nearest of several', () => {
    expect(nearest('secrets', ['secret', 'secrets', 'secretss'])).toBe('secrets')
  })

  test('finds a word of four or more letters with one change', () => {
    const words = ['contents', 'issues', 'actions', 'pages']
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.nat(), fc.constantFrom('', 'x', 'y'), (word, at, letter) => {
        const position = at % word.length
        expect(nearest(word.slice(0, position) + letter + word.slice(position + 1), words)).toBe(word)
      }),
      { seed: 20261121 },
    )
  })

  test('is not slow with a long word', () => {
    expect(nearest('x'.repeat(16_384), ['contents'])).toBeUndefined()
  })
})
