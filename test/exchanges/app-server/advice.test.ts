import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Permissions, type Repositories } from '../../../dev/fakes/app-server-policies.ts'
import { createAppServer } from '../../../dev/fakes/app-server.ts'
import { claimsOf, defaultIdentity, type Identity } from '../../../dev/fakes/identity.ts'
import type { Snippet } from '../../../src/explanation.ts'
import { explainIssues, issuesOf } from '../../../src/exchanges/app-server/issues.ts'
import type { Asked } from '../../../src/exchanges/app-server/settings.ts'

const OWN = { workflowRepository: 'octo-org/workflows' }
/** Grants for a job that is not this one: they must still be there when the advice was followed. */
const OTHERS = "'repo:octo-org/others:**'"
/** The default of the app server; a policy that has a list of its own needs it spelled out. */
const EVERYBODY = "'repo:octo-org/*:**', 'repo:octo-org@6811672/*:**', 'repo:other-org/*:**'"

const OWNER_POLICIES = {
  absent: undefined,
  empty: '',
  'without the subject': `allowed-subjects: [${OTHERS}]`,
  'that allows the subject and nothing else': `allowed-subjects: [${EVERYBODY}]`,
  'that allows less': `allowed-subjects: [${EVERYBODY}]\nallowed-repository-permissions: {contents: read}\nstatements:\n  - subjects: [${EVERYBODY}]\n    permissions: {members: read}`,
  'that allows it': `allowed-subjects: [${EVERYBODY}]\nallowed-repository-permissions: {contents: write, issues: read}`,
}
const REPOSITORY_POLICIES = {
  absent: undefined,
  'without the subject': `statements:\n  - subjects: [${OTHERS}]\n    permissions: {contents: write}`,
  'too low': `statements:\n  - subjects: [${EVERYBODY}]\n    permissions: {contents: read}`,
  'that grants half': `statements:\n  - subjects: [${EVERYBODY}]\n    permissions: {contents: write}`,
}
const TARGETS: Record<string, Pick<Asked, 'owner' | 'repositories'>> = {
  'its own repository': { owner: 'octo-org', repositories: ['workflows'] },
  'another repository': { owner: 'octo-org', repositories: ['target'] },
  'several repositories': { owner: 'octo-org', repositories: ['target', 'workflows', 'more'] },
  ALL: { owner: 'octo-org', repositories: 'ALL' },
  'a repository of another owner': { owner: 'other-org', repositories: ['target'] },
  'ALL of another owner': { owner: 'other-org', repositories: 'ALL' },
}
const PERMISSIONS: Asked['permissions'][] = [
  { contents: 'write' },
  { contents: 'write', issues: 'read' },
  { members: 'write' },
  { issues: 'read', members: 'write', contents: 'write', 'organization-plan': 'read' },
]

const JOBS: Record<string, Partial<Identity>> = {
  'on a branch with an @': { ref: 'refs/heads/feature/a@b' },
  'for a workflow file with an @': { workflowPath: '.github/workflows/a@b.yml' },
  'for a workflow file with a quote and blanks': { workflowPath: ".github/workflows/it's  two.yml" },
  'for a workflow file with a wildcard': { workflowPath: '.github/workflows/a?.yml' },
  'for a workflow file whose subject is too long': {
    workflowPath: `.github/workflows/${'a'.repeat(200)}.yml`,
    ref: `refs/heads/${'b'.repeat(240)}`,
  },
  'for a pull request': { eventName: 'pull_request', ref: 'refs/pull/7/merge', headRef: 'patch' },
  'for a pull request, in a reusable workflow': {
    eventName: 'pull_request',
    ref: 'refs/pull/7/merge',
    jobWorkflowRef: 'octo-org/shared/.github/workflows/build.yml@refs/heads/main',
  },
  'in an environment': { environment: 'production' },
  'in an environment with quotes and blanks': { environment: `it's "live"  'now'` },
  'in an environment with an @': { environment: 'live@europe' },
  'in an environment with a wildcard': { environment: 'live*' },
  'in an environment with a variable of policies': { environment: '${origin}' },
  'in an environment with YAML and Markdown': { environment: '- x: |#`~ &a *b' },
  'in an environment, for a pull request': {
    environment: 'live@europe',
    eventName: 'pull_request',
    ref: 'refs/pull/7/merge',
  },
}

function filesOf(
  { owner, repositories }: Pick<Asked, 'owner' | 'repositories'>,
  ownerPolicy: string | undefined,
  repositoryPolicy: string | undefined,
): Repositories {
  const files: Repositories = {}
  const own = `${owner}/.github-access-token`
  if (ownerPolicy !== undefined) files[own] = { 'access-token.yaml': `origin: ${own}\n${ownerPolicy}` }
  if (repositories === 'ALL' || repositoryPolicy === undefined) return files
  for (const name of repositories) {
    files[`${owner}/${name}`] = { '.github/access-token.yaml': `origin: ${owner}/${name}\n${repositoryPolicy}` }
  }
  return files
}

type Mapping = Record<string, unknown>

/** What a person does who pastes: lists and mappings are added to what is there. */
function merged(old: Mapping, added: Mapping): Mapping {
  const result = { ...old }
  for (const [key, value] of Object.entries(added)) {
    const before = result[key]
    if (Array.isArray(before)) result[key] = [...(before as unknown[]), ...(value as unknown[])]
    else if (typeof before === 'object') result[key] = { ...before, ...(value as Mapping) }
    else result[key] = value
  }
  return result
}

function follow(files: Repositories, { content, file }: Snippet, permissions: Permissions): void {
  const { repository, path, exists } = file!
  const old = files[repository]?.[path]
  if (exists !== undefined) expect({ repository, exists }).toEqual({ repository, exists: old !== undefined })
  const added = parse(content) as Mapping
  expect(JSON.stringify(added)).not.toMatch(/\*\*/)
  const named = [...content.matchAll(/^ +([a-z-]+): (read|write|admin)$/gm)]
  for (const [, scope = '', level] of named) expect({ scope, level }).toEqual({ scope, level: permissions[scope] })
  files[repository] = { ...files[repository], [path]: stringify(merged((parse(old ?? '') ?? {}) as Mapping, added)) }
}

/** Asks and follows the advice of each refusal, until it is granted. @returns how often it was refused */
async function askUntilGranted(
  files: Repositories,
  job: Partial<Identity>,
  asked: Omit<Asked, 'workflowRepository'>,
): Promise<number> {
  const claims = claimsOf({ ...defaultIdentity, ...job })
  const server = createAppServer({
    verify: () => Promise.resolve(claims),
    now: Date.now,
    github: { createToken: () => ({ token: 'a token', expiresAt: 0 }) },
    audiences: () => [],
    installations: ['octo-org', 'other-org'],
    repositories: files,
  })
  for (let refusals = 0; ; refusals++) {
    const reply = await server.handler({
      method: 'POST',
      url: new URL('http://app-server.localhost/access_tokens'),
      headers: { authorization: 'Bearer token' },
      body: JSON.stringify(asked),
    })
    if (reply.status === 200) return refusals
    const { message } = reply.body as { message: string }
    expect(refusals, message).toBeLessThan(2)
    const { paste = [], advice } = explainIssues(issuesOf(message), { ...asked, ...OWN }, claims)
    expect(paste, `${message}\n${advice ?? ''}`).not.toEqual([])
    for (const snippet of paste) follow(files, snippet, asked.permissions)
  }
}

describe.each(Object.entries(TARGETS))('the advice is followed, and %s granted', (_what, target) => {
  const cases = Object.entries(OWNER_POLICIES).flatMap(([owner, ownerPolicy]) =>
    Object.entries(target.repositories === 'ALL' ? { any: undefined } : REPOSITORY_POLICIES).map(
      ([repository, repositoryPolicy]) => [owner, repository, ownerPolicy, repositoryPolicy] as const,
    ),
  )

  test.each(cases)('with an owner policy %s and repository policies %s', async (...states) => {
    const [, , ownerPolicy, repositoryPolicy] = states
    for (const permissions of PERMISSIONS) {
      const files = filesOf(target, ownerPolicy, repositoryPolicy)
      const refusals = await askUntilGranted(files, {}, { ...target, permissions })
      if (ownerPolicy !== OWNER_POLICIES['that allows it']) expect(refusals).toBeGreaterThan(0)
    }
  })

  test.each(Object.entries(JOBS))('%s', async (_job, job) => {
    const permissions: Asked['permissions'] = { contents: 'write', members: 'read' }
    for (const subject of ['immutable', 'mutable'] as const) {
      for (const ownerPolicy of [undefined, OWNER_POLICIES['without the subject']]) {
        const files = filesOf(target, ownerPolicy, REPOSITORY_POLICIES['without the subject'])
        expect(await askUntilGranted(files, { ...job, subject }, { ...target, permissions })).toBeGreaterThan(0)
      }
    }
  })
})
