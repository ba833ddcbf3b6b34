import { expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  aboutForm,
  aboutRename,
  claimsOf,
  claimText,
  isImmutable,
  namesRepository,
  SHOWN_CLAIMS,
  withoutClaims,
} from '../../src/identity/claims.ts'
import { yamlText } from '../../src/text.ts'

test.each([
  ['repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main', true],
  ['repo:octo-org@6811672/workflows@216219028', true],
  ['environment:live:repo:octo-org@6811672/workflows@216219028', true],
  ['repository_owner:octo-org:repo:octo-org@6811672/workflows@216219028:environment:live', true],
  ['repo:octo-org@6811672/workflows@216219028x', false],
  ['repo:octo@org@6811672/workflows@216219028', false],
  ['repo:octo-org@/workflows@216219028', false],
  ['our_repo:octo-org@6811672/workflows@216219028', false],
  ['repo:octo-org/workflows:ref:refs/heads/main', false],
  ['repo:octo-org/workflows:environment:live@europe', false],
  ['repo:octo-org/workflows:environment:a@1/b@2', false],
  ['job_workflow_ref:octo-org/shared/.github/workflows/build.yml@refs/heads/main', false],
])('%s has the immutable form: %s', (subject, immutable) => {
  expect(isImmutable(subject)).toBe(immutable)
})

test.each([
  ['repo:octo-org/workflows:pull_request', true],
  ['environment:live:repo:octo-org@6811672/workflows@216219028', true],
  ['repository_owner_id:6811672:repository_id:216219028', true],
  ['repository:octo-org/workflows:event_name:push', true],
  ['environment:live', false],
  ['repository_owner:octo-org', false],
  ['repo_property_team:payments', false],
  ['our_repo:octo-org', false],
  ['job_workflow_ref:octo-org/shared/.github/workflows/build.yml@refs/heads/main', false],
  ['repo:', false],
  ['', false],
])('%s names the repository: %s', (subject, named) => {
  expect(namesRepository(subject)).toBe(named)
})

test.each([
  ['a  b   c', true],
  ["it's", true],
  [' a', false],
  ['a ', false],
  ['a\tb', false],
  ['a\nb', false],
  ['a\u202eb', false],
  ['a::b', true],
  ['::a', false],
])('the text %j may be shown as it is: %s', (text, shown) => {
  expect(claimText({ sub: text }, 'sub')).toBe(shown ? text : undefined)
})

test.each(["it's", "''", "a 'b' 'c'", '"', '- x: |', '#'])('%s is one YAML scalar', (text) => {
  expect(parse(`key: ${yamlText(text)}`)).toEqual({ key: text })
})

test('the claims that a policy is bound to are shown', () => {
  const bound = ['iss', 'aud', 'sub', 'environment', 'ref', 'repository_id', 'job_workflow_ref']
  expect(SHOWN_CLAIMS).toEqual(expect.arrayContaining(bound))
})

test('a claim that is no text has none', () => {
  expect(claimText({ sub: 7 }, 'sub')).toBeUndefined()
  expect(claimText({}, 'sub')).toBeUndefined()
  expect(claimText(undefined, 'sub')).toBeUndefined()
})

test('what is said of the form of a subject', () => {
  const said = 'has the immutable form, with the ids of owner and repository;'
  expect(aboutForm('repo:a@1/b@2:x')).toBe(` It ${said} repo:owner/repository:… does not match it.`)
  expect(aboutForm('repo:a@1/b@2:x', { it: 'The sub', byName: 'a/b' })).toBe(` The sub ${said} a/b does not match it.`)
  expect([aboutForm('repo:a/b:x'), aboutForm(undefined)]).toEqual(['', ''])
})

test('what is said of a repository that has another name now', () => {
  const claims = { repository: 'Octo-Org/new' }
  expect(aboutRename('octo-org/old', claims)).toContain('"octo-org/old", but its name is now "Octo-Org/new":')
  expect([aboutRename('octo-org/New', claims), aboutRename('octo-org/old', {})]).toEqual([undefined, undefined])
})

test.each<[string, unknown]>([
  [`e30.${Buffer.from('{"sub":"é?>"}').toString('base64url')}.x`, { sub: 'é?>' }],
  [`e30.${Buffer.from('null').toString('base64url')}.x`, undefined],
  [`e30.${Buffer.from('7').toString('base64url')}.x`, undefined],
  ['e30', undefined],
  ['a.b.c', undefined],
])('the claims of %s', (token, claims) => {
  expect(claimsOf(token)).toEqual(claims)
})

test('a text that repeats claims has their names instead, the longest first', () => {
  const claims = { sub: 'repo:a/b:ref:refs/heads/x', repository: 'a/b', ref: 'refs/heads/x', workflow_ref: '' }
  expect(withoutClaims('No repo:a/b:ref:refs/heads/x in a/b, a/b.', claims)).toBe(
    'No (sub) in (repository), (repository).',
  )
  expect(withoutClaims('a/b', undefined)).toBe('a/b')
})
