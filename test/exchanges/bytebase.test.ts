import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { canRunCommands, fenceOf } from '../../dev/documents/fences.ts'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import { bytebaseError } from '../../dev/fakes/bytebase.ts'
import { fault, forEver, type FaultEntry } from '../../dev/fakes/faults.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { bytebaseSystem, EMAIL, type BytebaseSetup } from '../../dev/systems/bytebase.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { bytebase } from '../../src/exchanges/bytebase/exchange.ts'
import { inputsOf, problemsOf } from '../inputs/fixture.ts'
import { expectClaimsHidden, LINK, openingBy, stepsOf, SUBJECT } from './in-process.ts'

const open = openingBy(bytebaseSystem)

const { run, refusal } = stepsOf(bytebase, 'bytebase')

const PAGE = 'bytebase/README.md'
const NO_SETTINGS = { issuerUrl: '', allowedAudiences: [], subjectPattern: '' }

/** A server whose workload identity has these settings instead of the usual ones. */
async function configured(change: object, options: WorldOptions = {}): Promise<World<BytebaseSetup>> {
  const world = await open({}, options)
  Object.assign(world.setup.identities[EMAIL]!.config, change)
  return world
}

/** A server that answers like this at first. */
async function answering(...answers: FaultEntry[]): Promise<World<BytebaseSetup>> {
  const world = await open()
  world.server('bytebase').faults.push(...answers)
  return world
}

describe('a token', () => {
  test('is set as output, and ends when the server says', async () => {
    const world = await open()
    const ran = await run(world)
    const token = ran.outputs['token']!
    const ends = new Date(decodeJwt(token).exp! * 1000).toISOString()
    expect(ran.outputs).toEqual({ token, 'expires-at': ends })
    expect(ran.infos).toEqual([`Bytebase API token for "${EMAIL}"; ends ${ends}`])
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['https://github.com/octo-org'])
    // Longer than the server itself waits for the keys.
    expect(ran.limits).toEqual([10_000, 35_000])
  })

  test('is asked for by two fields and without a credential of its own, also below a path', async () => {
    const world = await open({ prefix: '/tools/bytebase' })
    await run(world, { inputs: { url: `${world.url('bytebase')}/tools/bytebase/` } })
    const [request] = world.server('bytebase').requests
    expect(request).toMatchObject({ method: 'POST', path: '/tools/bytebase/v1/auth:exchangeToken', answered: 200 })
    expect(JSON.parse(request!.body)).toEqual({ token: world.issuer.issued[0]!.token, email: EMAIL })
    expect(request!.headers).not.toHaveProperty('authorization')
  })

  test.each([
    ['opaque', 'opaque-token-of-a-future-version'],
    ['with an exp that is no time', `e30.${Buffer.from('{"exp":1e300}').toString('base64url')}.c2ln`],
  ])('that is %s has no end that anybody made up', async (_what, accessToken) => {
    const ran = await run(answering(fault.answer({ status: 200, body: { accessToken } })))
    expect(ran.outputs).toEqual({ token: accessToken })
    expect(ran.infos).toEqual([`Bytebase API token for "${EMAIL}"`])
  })
})

test.each([
  ['deploy@my-project.workload.bytebase.com', true],
  ['GitHub-Actions@workload.bytebase.com', false],
  ['github-actions@service.bytebase.com', false],
  ['github-actions@a.b.workload.bytebase.com', false],
  ['github-actions@evilworkload.bytebase.com', false],
  ['github-actions@workload.bytebase.com.example.com', false],
  ['a b@workload.bytebase.com', false],
])('%s is the e-mail of a workload identity: %s', async (email, isOne) => {
  const inputs = inputsOf({ url: 'https://bytebase.example.com', email })
  await bytebase.settings(inputs, {})
  const problem =
    'email must be the e-mail of a workload identity, in lower case: NAME@workload.bytebase.com or NAME@PROJECT.workload.bytebase.com; for example: github-actions@workload.bytebase.com'
  expect(problemsOf(inputs)).toEqual(isOne ? [] : [problem])
})

describe('a refusal', () => {
  const IDENTITY = `the workload identity "${EMAIL}"`
  const FAILED = '(401 Unauthorized): token validation failed:'
  const KEYS = `Bytebase fetches keys only from an https:// address on the internet: check the issuer URL of ${IDENTITY}, and its JWKS URL if it has one.`
  const ADD = `The audience of the ID token was "https://github.com/octo-org". In Bytebase, add it to the allowed audiences of ${IDENTITY}, or set \`audience\` to one of those.`

  test.each<[string, () => Promise<World>, said: string, hint: string]>([
    [
      'for the audience',
      () => configured({ allowedAudiences: ['bytebase'] }),
      `${FAILED} audience mismatch: allowed [bytebase].`,
      ADD,
    ],
    [
      // bytebase/bytebase#21350, in 3.22.1 by #21408.
      'for an empty list of audiences',
      () => configured({ allowedAudiences: [] }),
      `${FAILED} audience mismatch: allowed [].`,
      `${ADD} From Bytebase 3.22.1 on, an empty list accepts none.`,
    ],
    [
      'for the subject',
      () => configured({ subjectPattern: 'repo:octo-org/workflows:ref:refs/heads/main' }),
      `${FAILED} subject mismatch: expected pattern "repo:octo-org/workflows:ref:refs/heads/main".`,
      `The subject (sub) of the ID token was "${SUBJECT}". In Bytebase, change the subject pattern of ${IDENTITY} so that it matches. It has the immutable form, with the ids of owner and repository; a pattern that begins with repo:owner/repository does not match it.`,
    ],
    [
      'for the issuer',
      () => open({}, { claims: { iss: `${ISSUER}/octo-enterprise` } }),
      `${FAILED} issuer mismatch: expected "${ISSUER}".`,
      `The issuer (iss) of the ID token was "${ISSUER}/octo-enterprise". In Bytebase, the issuer URL of ${IDENTITY} must be exactly that.`,
    ],
    [
      'of a deactivated identity, in the words of Connect',
      () => {
        const message = 'workload identity has been deactivated'
        return answering(fault.answer({ status: 401, body: { code: 'unauthenticated', message } }))
      },
      '(401 Unauthorized): workload identity has been deactivated.',
      `In Bytebase, activate ${IDENTITY} again, or use another one.`,
    ],
    [
      'of an unknown identity',
      async () => {
        const world = await open()
        Reflect.deleteProperty(world.setup.identities, EMAIL)
        return world
      },
      `(404 Not Found): workload identity "${EMAIL}" not found.`,
      `Check \`email\`: Bytebase has no workload identity "${EMAIL}". The e-mail of a project's identity contains the project's id: NAME@PROJECT.workload.bytebase.com.`,
    ],
    [
      'of an identity without settings',
      () => configured(NO_SETTINGS),
      `${FAILED} failed to fetch JWKS: issuer URL must use HTTPS:.`,
      KEYS,
    ],
    [
      'of an identity without settings by an older server, at once although the status is 500',
      () => answering(fault.answer(bytebaseError('internal', 'workload identity config not found'))),
      '(500 Internal Server Error): workload identity config not found.',
      `In Bytebase, ${IDENTITY} has no settings for GitHub: add an issuer URL, allowed audiences and a subject pattern.`,
    ],
    ...(['must use HTTPS: http://keys.example.com', 'cannot be a private address: https://10.0.0.1'] as const).map(
      (fault): [string, () => Promise<World>, string, string] => [
        `of keys that it never fetches: ${fault}`,
        () => configured({ jwksUrl: fault.split(' ').at(-1) }),
        `${FAILED} failed to fetch JWKS: JWKS URL ${fault}.`,
        KEYS,
      ],
    ),
    [
      'of an issuer without a host',
      () => configured({ issuerUrl: 'https://:443' }),
      `${FAILED} failed to fetch JWKS: issuer URL must have a host: https://:443.`,
      KEYS,
    ],
    [
      'of an ID token that has expired',
      () => open({}, { claims: { exp: 1 } }),
      `${FAILED} token has expired.`,
      'The ID token was new: check the clock of the Bytebase server.',
    ],
    [
      'of a signature',
      () =>
        answering(
          fault.answer(
            bytebaseError('unauthenticated', 'token validation failed: failed to verify token signature: no key'),
          ),
        ),
      `${FAILED} failed to verify token signature: no key.`,
      `Bytebase caches the keys of GitHub's ID tokens for 15 minutes: if GitHub has just changed them, run the job again later. Otherwise check the issuer URL of ${IDENTITY}, and its JWKS URL if it has one.`,
    ],
    [
      'where the server is built without web pages',
      () => answering(fault.status(405, { body: { message: 'Method Not Allowed' } })),
      '(405 Method Not Allowed).',
      "Check `url`: http://HOST must be the address of Bytebase's web pages, without /v1 at the end.",
    ],
  ])('%s says what to do', async (_what, opening, said, hint) => {
    const world = await opening()
    expect(await refusal(world)).toBe(`Bytebase (HOST) refused ${said}\n${hint}\n${LINK}`)
    expect(world.server('bytebase').requests).toHaveLength(1)
  })

  test.each([
    ['', true],
    ['r*', true],
    ['repo:octo-org@6811672*', true],
    ['repo:octo-org/*', false],
    ['repo:octo-org', false],
  ])('for the pattern "%s" says that it matches nothing: %s', async (subjectPattern, isSaid) => {
    const text = await refusal(configured({ subjectPattern }))
    expect(text.includes('3.22.1')).toBe(isSaid)
    if (!isSaid) return
    expect(text).toContain(
      ' From Bytebase 3.22.1 on, a pattern matches nothing if it is empty, or ends in * before it names an owner and a slash (repo:OWNER/*).',
    )
  })

  // Other settings would accept others too.
  test.each<[string, WorldOptions, string | undefined]>([
    ['of a job on a branch', {}, SUBJECT],
    [
      'of a job with an environment',
      { identity: { environment: 'production' } },
      'repo:octo-org@6811672/workflows@216219028:environment:production',
    ],
    ['that ends like a pattern', { claims: { sub: 'repo:octo-org/workflows:environment:*' } }, undefined],
    ['that does not name the repository', { claims: { sub: 'environment:production' } }, undefined],
  ])('for a subject %s shows settings that accept it alone, or none', async (_what, options, subject) => {
    const world = await open({}, options)
    world.setup.deny()
    const { group, summary } = await run(world)
    const pasted = [
      `# workload identity ${EMAIL}`,
      `issuerUrl: '${ISSUER}'`,
      'allowedAudiences:',
      "  - 'https://github.com/octo-org'",
      `subjectPattern: '${subject ?? ''}'`,
    ]
    if (subject === undefined) expect(group.join('\n')).not.toContain('subjectPattern')
    else expect(group.slice(-5)).toEqual(pasted)
    expect(summary.includes(`subjectPattern: '`)).toBe(subject !== undefined)
  })

  test.each([
    ['the audience', { allowedAudiences: ['bytebase'] }],
    ['the issuer', { issuerUrl: 'https://issuer.example.com' }],
  ])('for %s shows them too', async (_what, change) => {
    expect((await run(configured(change))).group).toContain(`subjectPattern: '${SUBJECT}'`)
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, 'The subject (sub) of the ID token was not the one that Bytebase expects.')
  })

  test('without a code is none of Bytebase', async () => {
    const text = await refusal(answering(fault.answer({ status: 401, body: { message: 'token has expired' } })))
    expect(text).toContain('\nThis answer is not from Bytebase: ')
    expect(text).not.toContain('check the clock')
  })

  test('for want of the keys of the issuer is retried twice and no more', async () => {
    const message = 'token validation failed: failed to fetch JWKS: context deadline exceeded'
    const world = await answering(forEver(fault.answer(bytebaseError('unauthenticated', message))))
    expect(await refusal(world)).toContain(
      `Bytebase could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${ISSUER}.`,
    )
    expect(world.server('bytebase').requests).toHaveLength(3)
  })
})

describe('a wrong URL', () => {
  test('answers 200 with the web page, which is no token', async () => {
    const world = await open({ prefix: '/bytebase' })
    expect(await refusal(world, { inputs: { url: world.url('bytebase') } })).toBe(
      [
        'Bytebase (HOST) answered with a web page: the URL is wrong.',
        "Check `url`: http://HOST must be the address of Bytebase's web pages, without /v1 at the end. If a gateway such as Cloudflare Access sent it, a header may be missing: set `headers` (CF-Access-Client-Id and CF-Access-Client-Secret).",
        'UNUSABLE_ANSWER: https://github.com/OWNER/access-token/blob/v1/docs/troubleshooting.md#unusable_answer',
      ].join('\n'),
    )
  })

  test('with /v1 at its end answers 404', async () => {
    const world = await open({ prefix: '/bytebase' })
    expect(await refusal(world, { inputs: { url: `${world.url('bytebase')}/bytebase/v1` } })).toBe(
      [
        'Bytebase (HOST) refused (404 Not Found): not_found: gateway routing error 404: request method POST, URI /bytebase/v1/v1/auth:exchangeToken.',
        "Check `url`: http://HOST/bytebase/v1 must be the address of Bytebase's web pages, without /v1 at the end.",
        LINK,
      ].join('\n'),
    )
  })
})

describe.runIf(canRunCommands)('the commands of the page', () => {
  const HOST = 'https://bytebase.example.com'
  const SQL = `INSERT INTO users VALUES ('"ä\\n');\n`

  /** Runs a script as the runner does for `shell: bash`, in a folder with a migration. */
  async function bash(script: string, world: World, token: string): Promise<{ code: number; log: string }> {
    const cwd = await mkdtemp(join(tmpdir(), 'bytebase-'))
    await mkdir(join(cwd, 'migrations'))
    await writeFile(join(cwd, 'migrations/0001_create_users.sql'), SQL)
    await writeFile(join(cwd, 'script.sh'), script.replace(`${HOST}/v1`, `${world.url('bytebase')}/v1`))
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', 'script.sh']
    const env = { PATH: process.env['PATH'], BYTEBASE_TOKEN: token }
    const ran = await new Promise<{ code: number; log: string }>((resolve) => {
      execFile('bash', args, { cwd, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), log: stdout + stderr })
      })
    })
    await rm(cwd, { recursive: true })
    expect(ran.log).not.toContain(token)
    return ran
  }

  test.each<[string, WorldOptions, boolean]>([
    ['the job with its environment in', { identity: { environment: 'production' } }, true],
    ['no other in', {}, false],
  ])('for the settings let %s', async (_what, options, succeeded) => {
    const world = await configured(NO_SETTINGS, options)
    const command = fenceOf(PAGE, 'bash', /--request PATCH/)
    expect((await bash(command, world, world.setup.bytebase.adminToken)).code).toBe(0)
    expect((await run(world, { inputs: { audience: HOST } })).succeeded).toBe(succeeded)
    expect((await run(world)).succeeded).toBe(false)
  })

  const create = workflowExamples()
    .filter(({ file }) => file === PAGE)
    .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps))
    .find(({ name }) => name === 'Create a release and a plan')!
  const RELEASE = 'projects/my-project/releases/101'

  test('for a release and a plan make them', async () => {
    const answers = [{ name: RELEASE }, { name: 'projects/my-project/plans/102' }]
    const world = await answering(...answers.map((body) => fault.answer({ status: 200, body })))
    expect(create.shell).toBe('bash')
    const { code, log } = await bash(create.run!, world, 'the-token')
    expect([code, JSON.parse(log)]).toEqual([0, answers[1]])
    const [release, plan] = world.server('bytebase').requests
    const headers = { authorization: 'Bearer the-token', 'content-type': 'application/json' }
    expect(release).toMatchObject({ method: 'POST', path: '/v1/projects/my-project/releases', headers })
    const file = {
      path: 'migrations/0001_create_users.sql',
      version: '0001',
      statement: Buffer.from(SQL).toString('base64'),
    }
    expect(JSON.parse(release!.body)).toEqual({ type: 'VERSIONED', files: [file] })
    expect(plan).toMatchObject({ method: 'POST', path: '/v1/projects/my-project/plans', headers })
    expect(JSON.parse(plan!.body)).toEqual({
      title: 'Migration from GitHub Actions',
      specs: [
        {
          id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
          changeDatabaseConfig: { targets: ['instances/prod/databases/mydb'], release: RELEASE },
        },
      ],
    })
  })

  test('for a release and a plan end at a refusal, and show it', async () => {
    const message = 'user does not have permission "bb.releases.create", extra [projects/my-project]'
    const world = await answering(fault.answer(bytebaseError('denied', message)))
    const { code, log } = await bash(create.run!, world, 'the-token')
    expect(code).not.toBe(0)
    expect(log).toContain(message)
    expect(world.server('bytebase').requests).toHaveLength(1)
  })
})
