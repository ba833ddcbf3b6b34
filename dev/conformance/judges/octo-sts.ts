import { strict as assert } from 'node:assert'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fenceOf } from '../../documents/fences.ts'
import { defaultIdentity, subjectOf } from '../../fakes/identity.ts'
import { ISSUER } from '../../fakes/issuer.ts'
import { APP_ID, createGitHubForApps, GITHUB_HOST, type GitHubForApps } from '../github.ts'
import type { Hold, Judge } from '../judge.ts'
import { goProgramOf } from '../program.ts'
import { AGAIN, createFixture, type Fixture, type Ran } from '../fixture.ts'
import { pasteFiles, suggestionsOf } from '../../suggestions.ts'

const VERSION = 'v0.8.0'
const OCTO_STS = goProgramOf('octo-sts', join(import.meta.dirname, '../octo-sts.go'), [
  `github.com/octo-sts/app@${VERSION}`,
])

const HOST = 'octo-sts.dev'
const { owner } = defaultIdentity
const TARGET = `${owner}/target`

/** The packages of Octo STS that decide, behind a `main` that listens on loopback. */
export const octoSts: Judge = {
  name: 'octo-sts',
  title: '[Octo STS](https://github.com/octo-sts/app)',
  judges: '`octo-sts`: trust policies, refusals, the policy that a refusal suggests',
  program: OCTO_STS,
  version: () => Promise.resolve(VERSION),
  run: async (hold) => {
    const github = createGitHubForApps()
    github.installations[owner] = {
      id: 1,
      ownerId: Number(defaultIdentity.ownerId),
      permissions: { contents: 'write', pull_requests: 'write', metadata: 'read' },
      singleFilePaths: [],
    }
    await using fixture = await createFixture([HOST], { [GITHUB_HOST]: github.handler })
    const setting = { ...fixture, hold, github }
    await start(setting)
    for (const lines of [keys, grants, refusals]) await lines(setting)
  },
}

interface Setting extends Omit<Fixture, typeof Symbol.asyncDispose> {
  readonly hold: Hold
  readonly github: GitHubForApps
}

/** Starts a server, whose memory of policies is empty; the name leads to it from now on. */
async function start({ folder, github, start: startAt }: Setting): Promise<void> {
  const key = join(folder, 'app.pem')
  await writeFile(key, github.privateKey)
  await startAt(HOST, (port) => ({
    file: OCTO_STS.path,
    args: [],
    ready: '/',
    env: { PORT: String(port), STS_DOMAIN: HOST, GITHUB_APP_IDS: String(APP_ID), APP_SECRET_CERTIFICATE_FILE: key },
  }))
}

function run(
  fixture: Pick<Fixture, 'run'>,
  identity: string,
  inputs: Readonly<Record<string, string>> = {},
  debug = false,
): Promise<Ran> {
  return fixture.run({ action: 'octo-sts', inputs: { scope: TARGET, identity, ...inputs }, debug, credential: 'token' })
}

function policy(changes: Readonly<Record<string, unknown>> = {}): string {
  const usual = { issuer: ISSUER, subject: subjectOf(defaultIdentity), permissions: { contents: 'read' } }
  return JSON.stringify({ ...usual, ...changes })
}

function put({ github }: Setting, repository: string, identity: string, text: string): void {
  const files = (github.repositories[repository] ??= {})
  files[`.github/chainguard/${identity}.sts.yaml`] = text
}

/** Trouble between the server and GitHub's issuer: a server that was just started has no keys yet. */
async function keys(setting: Setting): Promise<void> {
  const { hold, keys: ofIssuer } = setting
  await hold('is asked again where it did not get the keys of the issuer', async () => {
    put(setting, TARGET, 'keys', policy())
    ofIssuer.missing = 1
    const { outcome, told } = await run(setting, 'keys', {}, true)
    assert.equal(outcome, 'success', told)
    assert.equal(ofIssuer.missing, 0)
    assert.match(told, AGAIN)
  })
}

async function grants(setting: Setting): Promise<void> {
  const { hold, github } = setting
  const expectGrant = (
    { outputs, told }: Ran,
    permissions: Readonly<Record<string, string>>,
    repositories?: readonly string[],
  ): void => {
    const token = outputs['token']
    assert(token !== undefined, told)
    assert.deepEqual(github.grantOf(token), { permissions, ...(repositories && { repositories }) })
    assert(github.alive(token))
  }
  await hold('the policy of the page lets the step of the page in, and post revokes the token', async () => {
    put(setting, TARGET, 'deploy', fenceOf('octo-sts/README.md', 'yaml', /^issuer: /))
    const ran = await run(setting, 'deploy')
    expectGrant(ran, { contents: 'read', pull_requests: 'read' }, ['target'])
    const { outcome, annotations } = await ran.post()
    assert.deepEqual({ outcome, annotations }, { outcome: 'success', annotations: [] })
    assert.equal(github.alive(ran.outputs['token']!), false)
  })
  await hold('a policy of the owner, in .github, for all repositories', async () => {
    put(setting, `${owner}/.github`, 'all', policy())
    expectGrant(await run(setting, 'all', { scope: owner }), { contents: 'read' })
  })
  await hold('the same policy, with .github as the scope: for that repository alone', async () => {
    expectGrant(await run(setting, 'all', { scope: `${owner}/.github` }), { contents: 'read' }, ['.github'])
  })
  await hold('a policy of the owner that names repositories', async () => {
    put(setting, `${owner}/.github`, 'some', policy({ repositories: ['target'] }))
    expectGrant(await run(setting, 'some', { scope: owner }), { contents: 'read' }, ['target'])
  })
  await hold('an audience of the policy', async () => {
    put(setting, TARGET, 'audience', policy({ audience: 'https://audience.example' }))
    const ran = await run(setting, 'audience', { audience: 'https://audience.example' })
    expectGrant(ran, { contents: 'read' }, ['target'])
  })
}

/** What is wrong, what the server says of it, and the policy that is there; without one there is none. */
interface Denial {
  readonly policy?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly isMended?: true
}

const DENIALS: readonly (readonly [name: string, words: RegExp, denial: Denial])[] = [
  ['no such policy', /unable to find trust policy/, { isMended: true }],
  [
    'another subject',
    /trust policy: subject .*did not match/,
    { policy: policy({ subject: `repo:${owner}/workflows:ref:refs/heads/main` }), isMended: true },
  ],
  [
    'another issuer',
    /trust policy: issuer .*did not match/,
    { policy: policy({ issuer: 'https://issuer.example' }), isMended: true },
  ],
  ['another audience', /trust policy: audience .*did not match/, { policy: policy({ audience: 'another' }) }],
  [
    'another claim',
    /trust policy: claim "ref" did not match/,
    { policy: policy({ claim_pattern: { ref: 'refs/tags/.*' } }) },
  ],
  ['a policy that is no policy', /unable to parse trust policy/, { policy: 'nonsense: true\n' }],
  ['a policy without a subject', /unable to compile trust policy/, { policy: `issuer: ${ISSUER}\n` }],
  [
    'permissions that the app has not',
    /token exchange failure \(StatusUnprocessableEntity\)/,
    { policy: policy({ permissions: { actions: 'write' } }) },
  ],
  ['an owner without the app', /no installation found/, { inputs: { scope: 'stranger/theirs' } }],
]

async function refusals(setting: Setting): Promise<void> {
  const { hold, github } = setting
  const identity = (index: number): string => `refused-${index}`
  const mended: [string, number][] = []
  for (const [index, [name, words, { policy: text, inputs, isMended }]] of DENIALS.entries()) {
    if (text !== undefined) put(setting, TARGET, identity(index), text)
    const refused = await run(setting, identity(index), inputs)
    await hold(`refuses ${name}`, () => {
      assert.deepEqual([refused.outcome, refused.outputs['token']], ['failure', undefined])
      assert.match(refused.told, words)
    })
    if (isMended === undefined) continue
    pasteFiles(github.repositories, suggestionsOf(refused.summary))
    mended.push([name, index])
  }
  await hold('it remembers what it found, and what it did not, as the hints say', async () => {
    for (const [, index] of mended) assert.equal((await run(setting, identity(index))).outcome, 'failure')
  })
  // It forgets after five minutes; another server has nothing to forget.
  await start(setting)
  for (const [name, index] of mended) {
    await hold(`what it suggests for ${name}, pasted, lets the same run in`, async () => {
      const { outputs, told } = await run(setting, identity(index))
      assert(outputs['token'] !== undefined && github.alive(outputs['token']), told)
    })
  }
}
