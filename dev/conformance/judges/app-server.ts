import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { defaultIdentity } from '../../fakes/identity.ts'
import { pasteFiles, suggestionsOf } from '../../suggestions.ts'
import { ROOT } from '../../world.ts'
import { createFixture, type Fixture, type Ran, type Run, type Step } from '../fixture.ts'
import { APP_ID, createGitHubForApps, GITHUB_HOST, type GitHubForApps } from '../github.ts'
import type { Judge } from '../judge.ts'
import { expectRefusal, expectRevoked, given, holdKeys, holdRefusal, type Denial } from '../lines.ts'
import { ownBuild } from '../program.ts'

/** At the commit that docs/app-server.md names. */
const APP_SERVER = ownBuild('app-server/built/index.js', 'src/server.ts')

const HOST = 'app-server.example.com'
const { owner, repository } = defaultIdentity
type Inputs = NonNullable<Step['inputs']>
const OWNER_POLICY = `${owner}/.github-access-token`
const FILE = '.github/access-token.yaml'
/** Found before the request reaches a policy: a repository of another owner that has nothing to do with the workflow. */
const STRANGER = 'stranger'

/** The open app server, as it is; it is not on any registry. */
export const appServer: Judge = {
  name: 'app-server',
  title: '[Access Manager](https://github.com/qoomon/actions--access-token), its open server',
  judges: 'the root action: grants, denials, the policies that a refusal suggests',
  program: APP_SERVER,
  version: () => /commit `(\w+)`/.exec(readFileSync(join(ROOT, 'docs/app-server.md'), 'utf8'))![1]!,
  run: async (hold) => {
    const github = createGitHubForApps()
    await using fixture = await createFixture(hold, [HOST], { [GITHUB_HOST]: github.handler })
    const run = fixture.stepsOf('.', { 'app-server': `https://${HOST}`, permissions: 'contents: read' })
    const setting: Setting = { ...fixture, github, run }
    await start(setting)
    await holdKeys(fixture, run)
    await grants(setting)
    for (const denial of DENIALS) await holdRefusal(hold, run, denial)
    await policies(setting)
  },
}

interface Setting extends Fixture {
  readonly github: GitHubForApps
  readonly run: Run
}

/** The server listens on all addresses unless it is told otherwise, which it cannot be. */
const LOOPBACK = `data:text/javascript,${encodeURIComponent(
  `import net from 'node:net'
   const { listen } = net.Server.prototype
   net.Server.prototype.listen = function (port, host, ...more) {
     return listen.call(this, port, '127.0.0.1', ...more.filter((each) => typeof each === 'function'))
   }`,
)}`

async function start({ github, start }: Setting): Promise<void> {
  reset(github)
  await start(HOST, (port) => ({
    file: process.execPath,
    args: ['--import', LOOPBACK, APP_SERVER.path],
    ready: '/',
    env: {
      NODE_USE_ENV_PROXY: '1',
      PORT: String(port),
      GITHUB_APP_ID: String(APP_ID),
      GITHUB_APP_PRIVATE_KEY: github.privateKey,
      GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE: `${HOST}, configured`,
      GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS: `repo:${owner}*/**`,
    },
  }))
}

/** Policies that grant the job contents, pull requests and secrets, of three repositories. */
function reset({ installations, repositories }: GitHubForApps): void {
  const scopes = ['contents', 'pull_requests', 'secrets', 'actions', 'members', 'organization_secrets']
  for (const [index, name] of [owner, STRANGER].entries()) {
    installations[name] = {
      id: index + 1,
      ownerId: index === 0 ? Number(defaultIdentity.ownerId) : 99,
      permissions: { ...Object.fromEntries(scopes.map((scope) => [scope, 'write'])), single_file: 'read' },
      singleFilePaths: ['access-token.yaml', 'access-token.yml', FILE, '.github/access-token.yml'],
    }
  }
  for (const name of Object.keys(repositories)) repositories[name] = {}
  const subject = `repo:${owner}/${repository}:ref:refs/heads/main`
  const allowed = 'contents: write, pull-requests: write, secrets: write'
  repositories[OWNER_POLICY] = {
    'access-token.yaml': `origin: ${OWNER_POLICY}\nallowed-repository-permissions: {${allowed}}\nstatements:\n  - subjects: ['${subject}']\n    permissions: {actions: write, members: read}\n`,
  }
  for (const name of [repository, 'target', 'website']) {
    repositories[`${owner}/${name}`] = {
      [FILE]: `origin: ${owner}/${name}\nstatements:\n  - subjects: ['${subject}']\n    permissions: {contents: write, pull-requests: write}\n`,
    }
  }
  repositories[`${STRANGER}/.github-access-token`] = {}
  repositories[`${STRANGER}/theirs`] = {}
}

/** GitHub made the token for what these inputs ask and nothing else, and the outputs say so. */
function expectGrant({ github }: Setting, { outputs, told }: Ran, inputs: Inputs = {}): void {
  const token = outputs['token'] ?? ''
  assert.notEqual(token, '', told)
  const { repository: one = repository, repositories: names = one } = inputs
  const permissions = parse(`{${inputs['permissions'] ?? 'contents: read'}}`) as Record<string, string>
  const repositories = names === 'ALL' ? names : names.split(', ').map((each) => each.split('/').at(-1)!)
  assert.deepEqual(github.grantOf(token), {
    permissions: Object.fromEntries(
      Object.entries(permissions).map(([scope, level]) => [scope.replaceAll('-', '_'), level]),
    ),
    ...(repositories !== 'ALL' && { repositories }),
  })
  assert(github.alive(token))
  assert.equal(outputs['repositories'], repositories === 'ALL' ? 'ALL' : JSON.stringify(repositories))
  assert.deepEqual(JSON.parse(outputs['permissions'] ?? ''), { ...permissions, metadata: 'read' })
  assert.equal(outputs['token-hash'], createHash('sha256').update(token).digest('base64'))
}

const GRANTS: readonly (readonly [name: string, inputs: Inputs])[] = [
  ['its own repository', {}],
  ['another repository', { repository: 'target' }],
  ['several repositories', { repositories: 'target, website' }],
  ['all repositories', { repositories: 'ALL', permissions: 'actions: write' }],
  ['a permission of the organization', { repositories: 'ALL', permissions: 'members: read' }],
  ['a configured audience', { audience: 'configured' }],
]

async function grants(setting: Setting): Promise<void> {
  const { hold, run, github } = setting
  for (const [name, inputs] of GRANTS) {
    await hold(`grants ${name}`, async () => {
      expectGrant(setting, await run({ inputs }), inputs)
    })
  }
  await hold('the post step revokes the token at GitHub', async () => {
    const ran = await run()
    expectGrant(setting, ran)
    await expectRevoked(ran)
    assert.equal(github.alive(ran.outputs['token']!), false)
  })
  await hold('grants a repository with the older form of the subject', async () => {
    expectGrant(setting, await run({ identity: { subject: 'mutable' } }))
  })
}

const now = Math.floor(Date.now() / 1_000)
const DENIALS: readonly Denial[] = [
  ['another audience', /unexpected "aud" claim value/, { inputs: { audience: 'another' } }],
  ['another issuer', /unexpected "iss" claim value/, { claims: { iss: 'https://issuer.example' } }],
  ['an ended ID token', /"exp" claim timestamp check failed/, { claims: { exp: now - 30 } }],
  ['an ID token of the future', /"nbf" claim timestamp check failed/, { claims: { nbf: now + 300 } }],
  ['a subject that the server does not take', /unexpected "sub" claim value/, { identity: { owner: 'another' } }],
  ['a scope that it does not know', /permissions: Invalid input/, given({ permissions: 'attestations: read' })],
  [
    'a level that the scope has not',
    /permissions\.workflows: Invalid input/,
    given({ permissions: 'workflows: read' }),
  ],
  ['an owner with an underscore', /owner: Invalid input/, given({ owner: 'mona_acme', repository: 'x' })],
]

/** A refusal by policy: what the server says, what is wrong, and the step. */
type PolicyDenial = readonly [name: string, words: RegExp, spoil: Spoil, step?: Step]

type Spoil = (github: GitHubForApps) => unknown

/** Changes the owner's policy, or the file of a repository. */
function change(repository: string, path: string, from: RegExp | string, to: string): Spoil {
  return ({ repositories }) => {
    const files = repositories[repository]!
    const changed = files[path]!.replace(from, to)
    assert.notEqual(changed, files[path])
    files[path] = changed
  }
}
const changeOwner = (from: RegExp | string, to: string): Spoil => change(OWNER_POLICY, 'access-token.yaml', from, to)
const forOthers = change(`${owner}/${repository}`, FILE, /subjects: .*/, `subjects: ['repo:${owner}/another:**']`)

const asItIs: Spoil = () => undefined

/** What no file that is suggested mends alone. */
const LASTING: readonly PolicyDenial[] = [
  [
    'an owner without the app',
    /has not been installed/,
    ({ installations }) => Reflect.deleteProperty(installations, owner),
  ],
  [
    'an installation that may not read the policy files',
    /not authorized to read all access policy file/,
    ({ installations }) => (installations[owner]!.singleFilePaths = [FILE]),
  ],
  [
    'a permission that the installation lacks',
    /secrets: write - 'Access' installation not authorized/,
    ({ installations }) => Reflect.deleteProperty(installations[owner]!.permissions, 'secrets'),
    given({ permissions: 'secrets: write' }),
  ],
]

const MENDED: readonly PolicyDenial[] = [
  [
    'an owner without a policy',
    /Access policy not found/,
    ({ repositories }) => Object.assign(repositories, { [OWNER_POLICY]: {}, [`${owner}/${repository}`]: {} }),
  ],
  [
    'an owner’s policy of another origin',
    /Invalid access policy/,
    changeOwner(/^origin: .*$/m, 'origin: octo-org/elsewhere'),
  ],
  [
    'a subject that the owner does not allow',
    /OIDC token subject is not allowed by owner access policy/,
    changeOwner(/^allowed/m, `allowed-subjects: ['repo:${owner}/another:**']\nallowed`),
  ],
  [
    'what the owner does not allow repositories to grant',
    /actions: read - Not allowed by owner access policy/,
    changeOwner(/statements:[\s\S]*/, ''),
    given({ permissions: 'actions: read' }),
  ],
  [
    'a permission of the organization',
    /organization-secrets: write - Not allowed by owner access policy/,
    asItIs,
    given({ permissions: 'organization-secrets: write, contents: read', repository: 'target' }),
  ],
  ['all repositories', /contents: read - Not allowed by owner access policy/, asItIs, given({ repositories: 'ALL' })],
  [
    'a repository without a policy',
    /target:\s+.*Access policy not found/,
    ({ repositories }) => (repositories[`${owner}/target`] = {}),
    given({ repositories: 'target, website' }),
  ],
  [
    'a repository’s policy that is no YAML',
    /Invalid access policy/,
    ({ repositories }) => (repositories[`${owner}/${repository}`] = { [FILE]: 'origin: [' }),
  ],
  ['a repository whose policy is for others', /Not authorized/, forOthers],
  [
    'a level that the repository’s policy does not grant',
    /secrets: write - Not authorized/,
    asItIs,
    given({ permissions: 'secrets: write, contents: read' }),
  ],
  ['a repository of another owner', /Not authorized/, asItIs, given({ repository: `${STRANGER}/theirs` })],
  [
    'a job with an environment, whose policy is for others',
    /Not authorized/,
    forOthers,
    { identity: { environment: 'production' } },
  ],
]

async function policies(setting: Setting): Promise<void> {
  const { hold, run, github } = setting
  await hold('is said to be in trouble where GitHub refuses the token', async () => {
    changeOwner('actions: write', 'actions: write, contents: read')(github)
    // Granted by the owner, so nobody looks for its policy; GitHub has no such repository.
    const ran = await run({ inputs: { repository: 'none', 'timeout-seconds': '20' } })
    expectRefusal(ran, /500/, 'OVERLOADED')
  })
  for (const denial of [...LASTING, ...MENDED]) {
    const [name, words, spoil, step] = denial
    reset(github)
    spoil(github)
    const { summary } = await holdRefusal(hold, run, [name, words, step])
    if (LASTING.includes(denial)) continue
    await hold(`what it suggests for ${name}, pasted, grants what was asked`, async () => {
      pasteFiles(github.repositories, suggestionsOf(summary))
      expectGrant(setting, await run(step), step?.inputs)
    })
  }
}
