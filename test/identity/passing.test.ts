import { expect, test } from 'vitest'
import { suggestionsOf } from '../../dev/suggestions.ts'
import { allSystems } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { aboutPassing } from '../../src/identity/claims.ts'
import { exchangeOf, keep, runStep } from '../exchanges/in-process.ts'

const REF = 'refs/heads/gh-readonly-queue/main/pr-104-a7f5ef4b'
const QUEUE = `repo:octo-org/app:ref:${REF}`

// Forms of `sub` and `ref`: GitHub Docs, "OpenID Connect reference"; the branch of a merge queue: reports of merge_group.
test.each<[string, string | undefined]>([
  [QUEUE, 'a branch of the merge queue'],
  ['repo:octo-org/app:ref:refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org/app:ref:refs/pull/7/merge', 'one pull request'],
  [
    'repo:octo-org/app:pull_request:job_workflow_ref:o/w/.github/workflows/ci.yml@refs/pull/7/merge',
    'one pull request',
  ],
  ['repo:octo-org/app:job_workflow_ref:octo-org/app/.github/workflows/ci.yml@refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org@1/app@2:job_workflow_ref:octo-org/app/.github/workflows/ci.yml@refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org/app:workflow_ref:octo-org/app/.github/workflows/ci.yml@refs/tags/v0.0.14', 'one tag'],
  ['repo:octo-org/app:job_workflow_ref:octo-org/shared/.github/workflows/deploy.yml@refs/tags/v1', undefined],
  ['repo:octo-org/app:pull_request', undefined],
  ['repo:octo-org/app:ref:refs/heads/main', undefined],
  ['repo:octo-org/app:ref:refs/heads/refs/tags/x', undefined],
  ['repo:octo-org/app:ref:refs/heads/refs/heads/gh-readonly-queue/x', undefined],
  ['repo:octo-org/app:ref:refs/heads/gh-readonly-queues/x', undefined],
  ['repo:octo-org/app:ref:refs/pull/x/merge', undefined],
])('%s is that of %s', (subject, what) => {
  const give = subject === QUEUE ? 'Use no token in the merge queue, or give' : 'Give'
  expect(aboutPassing(subject)).toBe(
    what &&
      `The subject "${subject}" is that of ${what} and does not come again, so no policy is suggested for it. ${give} the job an environment (\`environment:\`): its subject stays the same.`,
  )
})

const systems = await allSystems()

test.each(['bytebase', 'database/aws-rds', 'database/azure', 'database/google-cloud-sql', 'octo-sts', 'vault'])(
  '%s suggests to bind no policy to a subject that comes once',
  async (name) => {
    const refused = async (ref: string): ReturnType<typeof runStep> => {
      const world = await keep(createWorld(systems[name]!, { identity: { ref } }))
      world.setup.deny()
      return runStep(await exchangeOf(name), world, name)
    }
    expect(suggestionsOf((await refused('refs/heads/main')).summary)).toHaveLength(1)
    const { summary, group } = await refused(REF)
    expect(suggestionsOf(summary)).toEqual([])
    expect(group.join('\n')).toContain('does not come again, so no policy is suggested for it.')
  },
)
