import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isKnownScope, nearest, suggestScope } from '../../../src/exchanges/app-server/scopes.ts'

test.each([
  ['contents', true],
  ['organization-custom-org-roles', true],
  ['pull_requests', false],
  ['Contents', false],
  ['constructor', false],
  ['', false],
])('%j is a known scope: %s', (scope, isKnown) => {
  expect(isKnownScope(scope)).toBe(isKnown)
})

test.each([
  ['ocntents', 'contents'],
  ['pull-request', 'pull-requests'],
  ['pullrequests', 'pull-requests'],
  ['webhooks', 'repository-hooks'],
  ['organisation-hooks', 'organization-hooks'],
  ['x', undefined],
  ['id-token', undefined],
  ['organization-foo', undefined],
  ['constructor', undefined],
])('%s probably means %s', (given, meant) => {
  expect(suggestScope(given)).toBe(meant)
})

describe('the nearest word', () => {
  test.each([
    ['role_arn', ['type', 'roleArn', 'audience', 'region', 'service'], 'roleArn'],
    ['ulr', ['url'], 'url'],
    ['lru', ['url'], undefined],
    ['ruse', ['role'], undefined],
    ['secrets', ['secret', 'secrets', 'secretss'], 'secrets'],
    ['x'.repeat(16_384), ['contents'], undefined],
  ])('to %.20s in %j is %s', (given, words, found) => {
    expect(nearest(given, words)).toBe(found)
  })

  test('to one of four or more letters with one change is that', () => {
    const words = ['contents', 'issues', 'actions', 'pages']
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.nat(), fc.constantFrom('', 'x', 'y'), (word, at, letter) => {
        const position = at % word.length
        expect(nearest(word.slice(0, position) + letter + word.slice(position + 1), words)).toBe(word)
      }),
      { seed: 20261121 },
    )
  })
})
