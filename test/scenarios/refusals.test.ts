import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fault } from '../../dev/fakes/faults.ts'
import { situations, type Situation } from '../../dev/runner/context.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { appServerSystem, policiesFor, system, type AppServerSettings } from '../../dev/systems/app-server.ts'
import { defaultIdentity } from '../../dev/fakes/identity.ts'
import { createWorld, type World, type WorldOptions, type WorldStage } from '../../dev/world.ts'
import { expectGranted, expectRefused } from './support.ts'

const GHE_COM = { serverUrl: 'https://octo-org.ghe.com', apiUrl: 'https://api.octo-org.ghe.com' }
const GHES = { serverUrl: 'https://github.example.com', apiUrl: 'https://github.example.com/api/v3' }
const OWNER_FILE = 'octo-org/.github-access-token'
const SUBJECT =
  'repo:octo-org@6811672/workflows@216219028:workflow_ref:octo-org/workflows/.github/workflows/release.yml@refs/heads/main'

/** The log group that explains a refusal, line by line. */
function group(main: StageResult): string {
  return /##\[group\]Why it was refused\n([\s\S]*?)##\[endgroup\]/.exec(main.log)?.[1] ?? ''
}

interface Pasted {
  readonly repository: string
  readonly path: string
  readonly policy: Record<string, unknown>
}

/** The policy files to paste, as the summary has them; each stands in the log group too, and in a link to GitHub's editor. */
function policies(main: StageResult): Pasted[] {
  const fences = [...main.summary.matchAll(/^(.+?): (.+)\n\n```yaml\n([\s\S]*?)\n```$/gm)]
  return fences.map(([, place = '', links = '', yaml = '']) => {
    const plain = decoded(place)
    expect(group(main)).toContain(`# ${plain}\n${yaml}\n`)
    const [, path = '', repository = ''] = /^(\S+) in (\S+), on its default branch$/.exec(plain) ?? []
    const hrefs = [...links.matchAll(/\]\((.+?)\)/g)].map(([, href]) => new URL(href!))
    expect(hrefs).not.toEqual([])
    for (const { origin, pathname, searchParams } of hrefs) {
      expect(origin).toBe('https://github.com')
      // The event names the default branch of the workflow's own repository.
      const branch = repository === 'octo-org/workflows' ? 'main' : 'HEAD'
      if (pathname === `/${repository}/edit/${branch}/${path}`) continue
      expect(pathname).toBe(`/${repository}/new/${branch}`)
      expect(Object.fromEntries(searchParams)).toEqual({ filename: path, value: `${yaml}\n` })
    }
    return { repository, path, policy: parse(yaml) as Record<string, unknown> }
  })
}

/** Markdown of the summary as a person sees it, but for its tags. */
function decoded(markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}

async function refused(
  settings: AppServerSettings,
  options: WorldOptions,
): Promise<{ world: World; main: StageResult; message: string }> {
  const world = await createWorld(appServerSystem(settings), options)
  const main = await world.run()
  return { world, main, message: expectRefused(world, main) }
}

describe('a policy that would grant it', () => {
  const cases: [string, AppServerSettings, Record<string, string>, string[]][] = [
    [
      'for the repository that lacks the statement',
      { repositories: policiesFor(defaultIdentity, ['target'], 'contents: read, issues: write') },
      { repository: 'target', permissions: 'contents: read, pull-requests: write' },
      ['octo-org/target', OWNER_FILE],
    ],
    [
      'for a repository without a policy',
      { repositories: policiesFor(defaultIdentity, [], 'contents: write') },
      { repository: 'target', permissions: 'contents: write' },
      ['octo-org/target'],
    ],
    [
      'for an organisation permission',
      {},
      { repository: 'target', permissions: 'organization-secrets: write' },
      [OWNER_FILE],
    ],
    ['for all repositories', {}, { repositories: 'ALL', permissions: 'contents: read' }, [OWNER_FILE]],
    [
      'for an owner without a policy',
      {
        repositories: {
          'octo-org/target':
            policiesFor(defaultIdentity, ['target'], 'contents: read')['octo-org/target'] ?? {},
        },
      },
      { repository: 'target', permissions: 'contents: read' },
      [OWNER_FILE, 'octo-org/target'],
    ],
    [
      'for a subject that the owner does not allow',
      {
        repositories: {
          ...policiesFor(defaultIdentity, ['target'], 'contents: read'),
          [OWNER_FILE]: {
            'access-token.yaml': `origin: ${OWNER_FILE}\nallowed-subjects: ['repo:octo-org/other:**']\nallowed-repository-permissions: {contents: read}\n`,
          },
        },
      },
      { repository: 'target', permissions: 'contents: read' },
      [OWNER_FILE, 'octo-org/target'],
    ],
  ]
  it.each(cases)('%s', async (_case, settings, inputs, origins) => {
    const run = await refused(settings, { inputs })
    await using _world = run.world
    const { main, message } = run
    expect(message).toMatch(/refused \(403 Forbidden\): octo-org/)
    const given = policies(main)
    expect(given.map(({ policy }) => policy['origin']).sort()).toEqual([...origins].sort())
    const text = JSON.stringify(given)
    expect(text).toContain(SUBJECT)
    expect(text).not.toContain('*')
  })

  it('is enough: pasted into the policies, the same request is granted', async () => {
    const settings = { repositories: policiesFor(defaultIdentity, ['target'], 'contents: read') }
    await using world = await createWorld(appServerSystem(settings), {
      inputs: { repository: 'target', permissions: 'contents: read, issues: write' },
    })
    const main = await world.run()
    expectRefused(world, main)
    for (const { repository, path, policy } of policies(main)) {
      const files = world.setup.repositories[repository] ?? {}
      const old = parse(files[path] ?? '{}') as Record<string, unknown>
      files[path] = JSON.stringify(merge(old, policy))
    }
    await expectGranted(world, await world.run())
  })

  it('for all repositories is a statement of the owner, and is granted once it stands there', async () => {
    await using world = await createWorld(system, {
      inputs: { repositories: 'ALL', permissions: 'contents: read' },
    })
    const main = await world.run()
    expect(expectRefused(world, main)).toContain('contents: read - Not allowed by owner access policy')
    const [{ repository, path, policy } = { repository: '', path: '', policy: {} }, ...more] = policies(main)
    expect({ repository, path, more }).toEqual({
      repository: OWNER_FILE,
      path: 'access-token.yaml',
      more: [],
    })
    expect(Object.keys(policy)).toEqual(['origin', 'statements'])
    const files = world.setup.repositories[repository]!
    files[path] = JSON.stringify(merge(parse(files[path]!) as Record<string, unknown>, policy))
    await expectGranted(world, await world.run())
  })

  it('names only what is missing where other targets grant', async () => {
    const run = await refused(
      { repositories: policiesFor(defaultIdentity, ['one'], 'contents: read') },
      { inputs: { repositories: 'one, two', permissions: 'contents: read' } },
    )
    await using _world = run.world
    const { main, message } = run
    expect(policies(main).map(({ policy }) => policy['origin'])).toEqual(['octo-org/two'])
    expect(message).not.toContain('octo-org/one')
  })

  it('says what it cannot know of a foreign owner', async () => {
    const run = await refused(
      {},
      { inputs: { repository: 'somebody/private', permissions: 'contents: read' } },
    )
    await using _world = run.world
    const { main, message } = run
    expect(message).toContain('Not authorized')
    expect(group(main)).toContain('"somebody" is another owner, so the app server does not say why')
  })

  it('has the sub claim as its subject in an environment', async () => {
    const run = await refused(
      { repositories: policiesFor(defaultIdentity, ['target'], 'contents: read') },
      {
        identity: { environment: 'production' },
        inputs: { repository: 'target', permissions: 'contents: read, issues: read' },
      },
    )
    await using _world = run.world
    const { main } = run
    expect(JSON.stringify(policies(main))).toContain(
      'repo:octo-org@6811672/workflows@216219028:environment:production',
    )
  })
})

/** What a person does who pastes: lists and mappings are added to what is there. */
function merge(old: Record<string, unknown>, added: Record<string, unknown>): Record<string, unknown> {
  const result = { ...old }
  for (const [key, value] of Object.entries(added)) {
    const before = result[key]
    result[key] =
      Array.isArray(before) && Array.isArray(value)
        ? [...(before as unknown[]), ...(value as unknown[])]
        : typeof before === 'object' && typeof value === 'object'
          ? { ...before, ...value }
          : value
  }
  return result
}

describe('the claims', () => {
  const inputs = { repository: 'target', permissions: 'contents: read' }
  const repositories = policiesFor(defaultIdentity, [], 'contents: read')

  it('are shown from a short list, with the request id', async () => {
    const run = await refused({ repositories }, { inputs })
    await using _world = run.world
    const { main } = run
    const names = [...group(main).matchAll(/^([a-z_ ]+): /gm)].map(([, name]) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'iss',
        'aud',
        'sub',
        'repository',
        'ref',
        'job_workflow_ref',
        'event_name',
        'request id',
      ]),
    )
    expect(main.log).not.toContain('actor')
    expect(main.log).not.toContain('sha:')
    const requestId = /^request id: (.+)$/m.exec(group(main))?.[1] ?? ''
    expect(requestId).not.toBe('')
    expect(main.summary).toContain(requestId.replaceAll('_', '&#95;'))
  })

  it('keep characters beyond the first plane, wherever they stand', async () => {
    const environment = '🚀 𝒫rod'
    const run = await refused({ repositories }, { inputs, identity: { environment } })
    await using _world = run.world
    const { main } = run
    expect(group(main)).toContain(`\nenvironment: ${environment}\n`)
    expect(decoded(main.summary)).toContain(`| environment | <code>${environment}</code> |`)
    expect(JSON.stringify(policies(main))).toContain(`workflows@216219028:environment:${environment}`)
  })

  it('and the words of a server are never cut within a character', async () => {
    for (const before of ['', 'x']) {
      const words = `${before}${'🚀'.repeat(400)}`
      const answer = fault.answer({ status: 404, body: { status: 404, message: words } })
      await using world = await createWorld(system, { faults: { 'app-server': [answer] } })
      const main = await world.run()
      const cut = `(404 Not Found): ${before}${'🚀'.repeat(before === '' ? 250 : 249)}…`
      expect(expectRefused(world, main)).toContain(`${cut}\n`)
      expect(decoded(main.summary)).toContain(`${cut}\n`)
      expect(`${main.raw}${decoded(main.summary)}`.isWellFormed()).toBe(true)
      expect(`${main.raw}${main.summary}`).not.toContain('\ufffd')
    }
  })

  it('are not shown for a pull request from a fork', async () => {
    const fork: Situation = { ...situations.forkPullRequest, idToken: true }
    const run = await refused({ repositories }, { inputs, situation: fork })
    await using _world = run.world
    const { main, message } = run
    for (const text of [main.log, main.summary, message]) {
      expect(text).not.toContain('repo:octo-org')
      expect(text).not.toMatch(/^sub:/m)
    }
  })

  it('stay out of the summary with job-summary: never', async () => {
    const run = await refused({ repositories }, { inputs: { ...inputs, 'job-summary': 'never' } })
    await using _world = run.world
    const { main } = run
    expect(main.summary).toBe('')
    expect(group(main)).toContain('sub: repo:')
  })
})

describe('hints from the situation', () => {
  const cases: [string, WorldOptions, RegExp, WorldStage?][] = [
    [
      'no id-token: write',
      { situation: situations.withoutPermission },
      /permissions:\n {2}id-token: write\n {2}contents: read/,
    ],
    [
      'a reusable workflow',
      { situation: situations.withoutPermission },
      /for a reusable workflow, also to the job that calls it/,
    ],
    ['a fork', { situation: situations.forkPullRequest }, /no ID token to a pull request from a fork/],
    ['Dependabot', { situation: situations.dependabot }, /no ID token to a run that Dependabot started/],
    ['act', { situation: situations.withoutPermission, env: { ACT: 'true' } }, /act has no ID tokens/],
    [
      'GitHub Enterprise Server',
      { situation: situations.withoutPermission },
      /GitHub Enterprise Server has ID tokens from version 3\.5 on/,
      { hosts: GHES },
    ],
  ]
  it.each(cases)('%s', async (_case, options, hint, stage) => {
    await using world = await createWorld(system, options)
    const main = await world.run(stage)
    const message = main.annotations.find(({ level }) => level === 'error')?.message ?? ''
    expect(message).toMatch(hint)
    expect(message).toContain('NO_ID_TOKEN')
    expect(main.exitCode).toBe(1)
    expect(world.server('app-server').requests).toEqual([])
  })

  it('GHE.com, whose ID tokens have an issuer of their own', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ hosts: GHE_COM, inputs: { audience: 'wrong' } })
    expect(main.annotations.at(-1)?.message).toContain(
      'This is GHE.com: the issuer of its ID tokens is https://token.actions.octo-org.ghe.com, which the other system must accept.',
    )
  })

  it('an older runner, which has no output file', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ env: { GITHUB_OUTPUT: undefined } })
    expect(expectRefused(world, main)).toContain('this action needs version 2.327.1 or newer')
    expect(main.log).toContain('The token was revoked.')
  })

  it('an audience that is refused', async () => {
    await using world = await createWorld(system)
    const message = expectRefused(world, await world.run({ inputs: { audience: 'wrong' } }))
    expect(message).toContain(
      'The audience of the ID token was "wrong". Add it to the list of the app server (GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE)',
    )
  })
})

describe('granted is not asked', () => {
  const regrants: [string, NonNullable<AppServerSettings['regrant']>, string[]][] = [
    [
      'less',
      (grant) => ({ ...grant, permissions: { contents: 'read' } }),
      [
        'The app server granted less than requested: contents: read instead of write, issues: nothing instead of read.',
      ],
    ],
    [
      'more',
      (grant) => ({ ...grant, permissions: { ...grant.permissions, secrets: 'write' } }),
      ['The app server granted more than requested: secrets: write.'],
    ],
    [
      'metadata: read',
      (grant) => ({ ...grant, permissions: { ...grant.permissions, metadata: 'read' } }),
      [],
    ],
    [
      'admin, which is more than write',
      (grant) => ({ ...grant, permissions: { ...grant.permissions, contents: 'admin' } }),
      ['The app server granted more than requested: contents: admin.'],
    ],
    ['names in another case', (grant) => ({ ...grant, repositories: ['WorkFlows'] }), []],
    [
      'other repositories',
      (grant) => ({ ...grant, repositories: ['other'] }),
      [
        'The app server granted less than requested: not for repository "workflows".',
        'The app server granted more than requested: repository "other".',
      ],
    ],
  ]
  it.each(regrants)('%s', async (_case, regrant, warnings) => {
    const repositories = policiesFor(defaultIdentity, ['workflows'], 'contents: write, issues: read')
    await using world = await createWorld(appServerSystem({ regrant, repositories }), {
      inputs: { permissions: 'contents: write, issues: read' },
    })
    const main = await world.run()
    await expectGranted(world, main)
    expect(main.annotations.map(({ level, message }) => `${level}: ${message}`)).toEqual(
      warnings.map((warning) => `warning: ${warning}`),
    )
  })
})

it('a scope is the same in the spelling of the API of GitHub', async () => {
  const granted = { repositories: ['workflows'], permissions: { pull_requests: 'write' } }
  const answer = fault.answer({ status: 200, body: { token: 'ghs_0123456789', ...granted } })
  await using world = await createWorld(system, {
    faults: { 'app-server': [answer] },
    inputs: { permissions: 'pull-requests: write' },
  })
  const main = await world.run()
  expect(main).toMatchObject({ outcome: 'success', annotations: [] })
  expect(main.outputs['permissions']).toBe('{"pull-requests":"write"}')
})

it('a scope with the name of what every object has is one like the others', async () => {
  const answer = fault.answer({
    status: 200,
    body: { token: 'ghs_0123456789', repositories: ['workflows'], permissions: {} },
  })
  await using world = await createWorld(system, {
    faults: { 'app-server': [answer] },
    inputs: { permissions: 'constructor: read' },
  })
  const main = await world.run()
  expect(main.annotations.at(-1)?.message).toBe(
    'The app server granted less than requested: constructor: nothing instead of read.',
  )
})

it('a grant of write where admin was asked for is less', async () => {
  const regrant: AppServerSettings['regrant'] = (grant) => ({ ...grant, permissions: { projects: 'write' } })
  const repositories = policiesFor(defaultIdentity, ['workflows'], 'projects: admin')
  await using world = await createWorld(appServerSystem({ regrant, repositories }), {
    inputs: { permissions: 'projects: admin' },
  })
  const main = await world.run()
  await expectGranted(world, main)
  expect(main.annotations.map(({ message }) => message)).toEqual([
    'The app server granted less than requested: projects: write instead of admin.',
  ])
})

describe('success', () => {
  it('is a table in the summary only with job-summary: always', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { 'job-summary': 'always' } })
    await expectGranted(world, main)
    expect(main.log.trim().split('\n')).toHaveLength(1)
    expect(main.summary).toContain(
      '| permissions | <code>&#123;&#34;contents&#34;&#58;&#34;read&#34;&#125;</code> |',
    )
    expect(main.summary).toContain('| expires-at |')
    expect(main.summary).not.toContain('| token |')
  })
})
