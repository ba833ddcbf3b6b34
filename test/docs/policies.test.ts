import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OWNER_SCOPES, readPolicy, REPOSITORY_SCOPES, type Policy } from '../../dev/fakes/app-server-policies.ts'
import type { Identity } from '../../dev/fakes/identity.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { createWorld, ROOT } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { runStep, type Ran } from '../exchanges/in-process.ts'

const template = (name: string): string => readFileSync(join(ROOT, `docs/policies/${name}.access-token.yaml`), 'utf8')
const OWNER = 'octo-org/.github-access-token'
const TARGET = 'octo-org/target'
const files = {
  [OWNER]: { 'access-token.yaml': template('owner') },
  [TARGET]: { '.github/access-token.yaml': template('repository') },
}

interface Written {
  readonly statements: readonly { subjects: string[]; permissions: Record<string, string> }[]
  readonly 'allowed-repository-permissions'?: Record<string, string>
}

describe('the server drops nothing of a template', () => {
  test.each([
    ['owner', OWNER, readPolicy(files, OWNER, 'owner'), OWNER_SCOPES],
    ['repository', TARGET, readPolicy(files, TARGET, 'repository'), REPOSITORY_SCOPES],
  ] as const)('%s', (name, origin, policy: Policy, scopes) => {
    const written = parse(template(name)) as Written
    expect(policy.statements.map(({ permissions }) => permissions)).toEqual(
      written.statements.map(({ permissions }) => permissions),
    )
    for (const { subjects, permissions } of written.statements) {
      for (const subject of subjects)
        expect(subject.replace('${origin}', origin)).toMatch(/^repo:octo-org\/[\w-]+:[a-z_]+:[^*?]+$/)
      for (const scope of Object.keys(permissions)) expect(scopes).toHaveProperty(scope)
    }
    expect(policy.allowedRepositoryPermissions).toEqual(written['allowed-repository-permissions'] ?? {})
  })
})

describe('with both templates in place', () => {
  const main = { ref: 'refs/heads/main' }
  const deploy = { ...main, workflowPath: '.github/workflows/deploy.yml' }
  const production = { ...main, environment: 'production', subject: 'mutable' } as const
  const app = (more: Partial<Identity>): Partial<Identity> => ({ repository: 'app', ...more })

  async function ask(
    identity: Partial<Identity>,
    permissions: string,
    repositories = TARGET,
    changed: Partial<typeof files> = {},
  ): Promise<Ran> {
    const system = appServerSystem({ repositories: { ...files, ...changed } })
    await using world = await createWorld(system, { identity })
    const ran = await runStep(appServer, world, '.', { inputs: { repositories, permissions } })
    expect(ran.leaks).toEqual([])
    return ran
  }

  test.each([
    ['the repository itself, on main', { repository: 'target', ...main }, 'actions: write, secrets: write'],
    ['another repository, on main', app(main), 'contents: read'],
    ['one workflow of it, on main', app(deploy), 'deployments: write, contents: read'],
    ['an environment of it', app(production), 'contents: write, pull-requests: write'],
  ])('%s gets what is written', async (_, identity, permissions) => {
    const ran = await ask(identity, permissions)
    expect(ran.errors).toEqual([])
    expect(ran.outputs['repositories']).toBe('["target"]')
  })

  test('a scope of the organization comes from the owner', async () => {
    const ran = await ask(app(main), 'members: read', 'ALL')
    expect(ran.errors).toEqual([])
  })

  test.each([
    ['another repository, on a branch', app({ ref: 'refs/heads/feature' }), 'contents: read'],
    ['another repository, more than read', app(main), 'contents: write'],
    ['another workflow of it', app(main), 'deployments: write'],
    ['an environment, where sub has ids', app({ ...production, subject: 'immutable' }), 'contents: write'],
    ['a third repository', { repository: 'website', ...main }, 'contents: read'],
  ])('%s does not', async (_, identity, permissions) => {
    const ran = await ask(identity, permissions)
    expect(ran.outputs).toEqual({})
    expect(ran.errors).toHaveLength(1)
    expect(ran.errors[0]).toContain('Not authorized')
  })

  test.each([
    [1, 'mutable', false],
    [1, 'immutable', true],
    [2, 'immutable', false],
  ] as const)(
    'with %i of the allowed subjects, a pull request with a %s subject',
    async (lines, subject, isRefused) => {
      let left = lines + 1
      const owner = template('owner')
        .replace('OWNER_ID', '6811672')
        .replace(/^# (allowed-subjects:| {2}- 'repo:)/gm, (line, text: string) => (left-- > 0 ? text : line))
      expect(owner).toMatch(new RegExp(`^allowed-subjects:\\n(  - 'repo:.*\\n){${lines}}`, 'm'))
      const identity = app({ subject, eventName: 'pull_request', ref: 'refs/pull/1/merge' })
      const { errors } = await ask(identity, 'contents: read', TARGET, { [OWNER]: { 'access-token.yaml': owner } })
      const text = 'OIDC token subject is not allowed by owner access policy'
      expect(errors.join('').includes(text)).toBe(isRefused)
    },
  )

  test('the line for environments that is commented out is for repositories with ids', async () => {
    const line = "- 'repo:octo-org@OWNER_ID/app@REPOSITORY_ID:environment:production'"
    expect(template('repository')).toContain(`# ${line}`)
    const withIds = template('repository').replace(
      `# ${line}`,
      line.replace('OWNER_ID', '6811672').replace('REPOSITORY_ID', '216219028'),
    )
    const identity = app({ ...production, subject: 'immutable' })
    const changed = { [TARGET]: { '.github/access-token.yaml': withIds } }
    const ran = await ask(identity, 'contents: write', TARGET, changed)
    expect(ran.errors).toEqual([])
  })
})
