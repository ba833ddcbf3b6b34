import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { claimText, isImmutable, namesRepository } from '../../src/identity/claims.ts'
import { yamlText } from '../../src/text.ts'

test.each([
  ['repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main', true],
  ['repo:octo-org@6811672/workflows@216219028', true],
  ['environment:live:repo:octo-org@6811672/workflows@216219028', true],
  ['repository_owner:octo-org:repo:octo-org@6811672/workflows@216219028:environment:live', true],
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
