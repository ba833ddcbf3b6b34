import { strict as assert } from 'node:assert'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fenceOf } from '../../documents/fences.ts'
import { defaultIdentity, subjectOf } from '../../fakes/identity.ts'
import { ISSUER } from '../../fakes/issuer.ts'
import { pasteFiles, suggestionsOf } from '../../suggestions.ts'
import { createFixture, type Fixture, type Ran, type Step } from '../fixture.ts'
import { APP_ID, createGitHubForApps, GITHUB_HOST, type GitHubForApps } from '../github.ts'
import type { Judge } from '../judge.ts'
import { expectRevoked, given, holdKeys, holdRefusal } from '../lines.ts'
import { goProgram } from '../program.ts'

const VERSION = 'v0.8.0'
const OCTO_STS = goProgram('octo-sts', `github.com/octo-sts/app@${VERSION}`, {
  source: join(import.meta.dirname, '../octo-sts.go'),
})

const HOST = 'octo-sts.dev'
const { owner } = defaultIdentity
const TARGET = `${owner}/target`

/** The packages of Octo STS that decide, behind a `main` that listens on loopback. */
export const octoSts: Judge = {
  name: 'octo-sts',
  title: '[Octo STS](https://github.com/octo-sts/app)',
  judges: '`octo-sts`: trust policies, refusals, the policy that a refusal suggests',
  program: OCTO_STS,
  version: () => VERSION,
  run: async (hold) => {
    const github = createGitHubForApps()
    github.installations[owner] = {
      id: 1,
      ownerId: Number(defaultIdentity.ownerId),
      permissions: { contents: 'write', pull_requests: 'write', metadata: 'read' },
      singleFilePaths: [],
    }
    await using fixture = await createFixture(hold, [HOST], { [GITHUB_HOST]: github.handler })
    const setting = setUp(fixture, github)
    await setting.start()
    setting.put(TARGET, 'keys', policy())
    await holdKeys(fixture, fixture.stepsOf('octo-sts', { scope: TARGET, identity: 'keys' }))
    await grants(setting)
    await refusals(setting)
  },
}

function setUp({ hold, stepsOf, folder, start }: Fixture, github: GitHubForApps) {
  const run = stepsOf('octo-sts', { scope: TARGET })
  return {
    hold,
    github,
    run: (identity: string, inputs: Step['inputs'] = {}): Promise<Ran> => run(given({ identity, ...inputs })),
    put: (repository: string, identity: string, text: string): void => {
      const files = (github.repositories[repository] ??= {})
      files[`.github/chainguard/${identity}.sts.yaml`] = text
    },
    /** Starts a server, whose memory of policies is empty; the name leads to it from now on. */
    start: async (): Promise<void> => {
      const key = join(folder, 'app.pem')
      await writeFile(key, github.privateKey)
      await start(HOST, (port) => ({
        file: OCTO_STS.path,
        ready: '/',
        env: { PORT: String(port), STS_DOMAIN: HOST, GITHUB_APP_IDS: String(APP_ID), APP_SECRET_CERTIFICATE_FILE: key },
      }))
    },
  }
}

type Setting = ReturnType<typeof setUp>

function policy(changes: Readonly<Record<string, unknown>> = {}): string {
  const usual = { issuer: ISSUER, subject: subjectOf(defaultIdentity), permissions: { contents: 'read' } }
  return JSON.stringify({ ...usual, ...changes })
}

async function grants({ hold, github, run, put }: Setting): Promise<void> {
  const expectGrant = ({ outputs, told }: Ran, repositories?: string[], permissions: object = { contents: 'read' }) => {
    const token = outputs['token']
    assert(token !== undefined, told)
    assert.deepEqual(github.grantOf(token), { permissions, ...(repositories && { repositories }) })
    assert(github.alive(token))
  }
  await hold('the policy of the page lets the step of the page in, and post revokes the token', async () => {
    put(TARGET, 'deploy', fenceOf('octo-sts/README.md', 'yaml', /^issuer: /))
    const ran = await run('deploy')
    expectGrant(ran, ['target'], { contents: 'read', pull_requests: 'read' })
    await expectRevoked(ran)
    assert.equal(github.alive(ran.outputs['token']!), false)
  })
  await hold('a policy of the owner, in .github, for all repositories', async () => {
    put(`${owner}/.github`, 'all', policy())
    expectGrant(await run('all', { scope: owner }))
  })
  await hold('the same policy, with .github as the scope: for that repository alone', async () => {
    expectGrant(await run('all', { scope: `${owner}/.github` }), ['.github'])
  })
  await hold('a policy of the owner that names repositories', async () => {
    put(`${owner}/.github`, 'some', policy({ repositories: ['target'] }))
    expectGrant(await run('some', { scope: owner }), ['target'])
  })
  await hold('an audience of the policy', async () => {
    put(TARGET, 'audience', policy({ audience: 'https://audience.example' }))
    expectGrant(await run('audience', { audience: 'https://audience.example' }), ['target'])
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

async function refusals({ hold, github, run, put, start }: Setting): Promise<void> {
  const mended: [string, string][] = []
  for (const [index, [name, words, { policy: text, inputs, isMended }]] of DENIALS.entries()) {
    const identity = `refused-${index}`
    if (text !== undefined) put(TARGET, identity, text)
    const { summary } = await holdRefusal(hold, () => run(identity, inputs), [name, words])
    if (isMended === undefined) continue
    pasteFiles(github.repositories, suggestionsOf(summary))
    mended.push([name, identity])
  }
  await hold('it remembers what it found, and what it did not, as the hints say', async () => {
    for (const [, identity] of mended) assert.equal((await run(identity)).outcome, 'failure')
  })
  // It forgets after five minutes; another server has nothing to forget.
  await start()
  for (const [name, identity] of mended) {
    await hold(`what it suggests for ${name}, pasted, lets the same run in`, async () => {
      const { outputs, told } = await run(identity)
      assert(outputs['token'] !== undefined && github.alive(outputs['token']), told)
    })
  }
}
