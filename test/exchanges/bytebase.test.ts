import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { canRunCommands, fencesOf, type Fence } from '../../dev/documents/fences.ts'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import { bytebaseError } from '../../dev/fakes/bytebase/messages.ts'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import { jsonOf, type FakeReply } from '../../dev/fakes/handler.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { bytebaseSystem, EMAIL, type BytebaseSettings, type BytebaseSetup } from '../../dev/systems/bytebase.ts'
import { ROOT, type World } from '../../dev/world.ts'
import { bytebase } from '../../src/exchanges/bytebase/exchange.ts'
import { expectClaimsHidden, LINK, openingBy, stepsOf, SUBJECT } from './in-process.ts'

const open = openingBy(bytebaseSystem)

const { run, refusal } = stepsOf(bytebase, 'bytebase')

const PAGE = 'bytebase/README.md'
const NO_SETTINGS = { issuerUrl: '', allowedAudiences: [], subjectPattern: '' }

const reply = (answer: FakeReply): Fault => ({ kind: 'answer', name: 'reply', reply: answer })

describe('a token', () => {
  test('is masked, set as output, good for the API, and ends when the server says', async () => {
    const world = await open()
    const ran = await run(world)
    const token = ran.outputs['token']!
    expect(ran.succeeded).toBe(true)
    expect(await world.setup.accepts(token)).toBe(true)
    expect(ran.masks).toContain(token)
    const ends = new Date(decodeJwt(token).exp! * 1000).toISOString()
    expect(ran.outputs).toEqual({ token, 'expires-at': ends })
    expect(ran.infos).toEqual([`Bytebase API token for "${EMAIL}"; ends ${ends}`])
    expect(ran.state).toEqual({})
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['https://github.com/octo-org'])
  })

  test('is asked for by two fields and without a credential of its own', async () => {
    const world = await open()
    await run(world)
    const [request] = world.server('bytebase').requests
    expect(request).toMatchObject({ method: 'POST', path: '/v1/auth:exchangeToken', answered: 200 })
    expect(JSON.parse(request!.body)).toEqual({ token: world.issuer.issued[0]!.token, email: EMAIL })
    expect(request!.headers).not.toHaveProperty('authorization')
  })

  test('comes from a server below a path, with or without a slash at its end', async () => {
    const world = await open({ prefix: '/tools/bytebase' })
    expect((await run(world)).succeeded).toBe(true)
    expect((await run(world, { inputs: { url: `${world.url('bytebase')}/tools/bytebase/` } })).succeeded).toBe(true)
    expect(world.server('bytebase').requests.map(({ path }) => path)).toEqual([
      '/tools/bytebase/v1/auth:exchangeToken',
      '/tools/bytebase/v1/auth:exchangeToken',
    ])
  })

  test('is for the audience given', async () => {
    const world = await open({
      workloadIdentity: {
        config: { issuerUrl: ISSUER, allowedAudiences: ['bytebase'], subjectPattern: 'repo:octo-org@6811672/*' },
      },
    })
    expect((await run(world, { inputs: { audience: 'bytebase' } })).succeeded).toBe(true)
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['bytebase'])
  })

  test('of an identity of a project is given', async () => {
    const world = await open()
    const email = 'deploy@my-project.workload.bytebase.com'
    world.setup.identities[email] = world.setup.identities[EMAIL]!
    const ran = await run(world, { inputs: { email } })
    expect(decodeJwt(ran.outputs['token']!).sub).toBe(email)
  })

  test.each([
    ['opaque', 'opaque-token-of-a-future-version'],
    ['without exp', `e30.${Buffer.from('{"sub":"x"}').toString('base64url')}.c2ln`],
    ['with an exp that is no time', `e30.${Buffer.from('{"exp":1e300}').toString('base64url')}.c2ln`],
  ])('that is %s has no end that anybody made up', async (_what, accessToken) => {
    const world = await open()
    world.server('bytebase').faults.push(reply({ status: 200, body: { accessToken } }))
    const ran = await run(world)
    expect(ran.outputs).toEqual({ token: accessToken })
    expect(ran.masks).toContain(accessToken)
    expect(ran.infos).toEqual([`Bytebase API token for "${EMAIL}"`])
  })
})

describe('settings', () => {
  test.each([
    ['github-actions@example.com'],
    ['GitHub-Actions@workload.bytebase.com'],
    ['github-actions@service.bytebase.com'],
    ['github-actions@My-Project.workload.bytebase.com'],
    ['github-actions@a.b.workload.bytebase.com'],
    ['github-actions@evilworkload.bytebase.com'],
    ['github-actions@workload.bytebase.com.example.com'],
    ['a b@workload.bytebase.com'],
    ['@workload.bytebase.com'],
  ])('%s is not the e-mail of a workload identity', async (email) => {
    const world = await open()
    expect(await refusal(world, { inputs: { email } })).toContain(
      'Nothing was sent.\n- email must be the e-mail of a workload identity, in lower case: NAME@workload.bytebase.com or NAME@PROJECT.workload.bytebase.com; for example: github-actions@workload.bytebase.com\nINVALID_INPUT',
    )
    expect(world.server('bytebase').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })
})

describe('a refusal', () => {
  test('for the audience names the one that was sent, and the settings that accept the run', async () => {
    const world = await open()
    world.setup.identities[EMAIL]!.config.allowedAudiences = ['bytebase']
    const ran = await run(world)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/, 'HOST')).toBe(
      [
        'Bytebase (HOST) refused (401 Unauthorized): token validation failed: audience mismatch: allowed [bytebase].',
        `The audience of the ID token was "https://github.com/octo-org". In Bytebase, add it to the allowed audiences of the workload identity "${EMAIL}", or set \`audience\` to one of those.`,
        LINK,
      ].join('\n'),
    )
    expect(ran.group.slice(-5)).toEqual([
      `# workload identity ${EMAIL}`,
      `issuerUrl: '${ISSUER}'`,
      'allowedAudiences:',
      "  - 'https://github.com/octo-org'",
      `subjectPattern: '${SUBJECT}'`,
    ])
    expect(ran.summary).toContain(`subjectPattern: '${SUBJECT}'`)
    expect(ran.slept).toEqual([])
  })

  test('for the subject names it, and the immutable form that the presets do not match', async () => {
    const world = await open()
    world.setup.identities[EMAIL]!.config.subjectPattern = 'repo:octo-org/workflows:ref:refs/heads/main'
    expect(await refusal(world)).toBe(
      [
        `Bytebase (HOST) refused (401 Unauthorized): token validation failed: subject mismatch: expected pattern "repo:octo-org/workflows:ref:refs/heads/main".`,
        `The subject (sub) of the ID token was "${SUBJECT}". In Bytebase, change the subject pattern of the workload identity "${EMAIL}" so that it matches. It has the immutable form, with the ids of owner and repository; a pattern that begins with repo:owner/repository does not match it.`,
        LINK,
      ].join('\n'),
    )
  })

  // bytebase/bytebase#21350, in 3.22.1 by #21408.
  test('for an empty list of audiences says that it accepts none', async () => {
    const world = await open()
    world.setup.identities[EMAIL]!.config.allowedAudiences = []
    expect(await refusal(world)).toContain(
      'audience mismatch: allowed [].\nThe audience of the ID token was "https://github.com/octo-org". In Bytebase, add it to the allowed audiences of the workload identity "github-actions@workload.bytebase.com", or set `audience` to one of those. From Bytebase 3.22.1 on, an empty list accepts none.\n',
    )
  })

  test.each(['', '*', 'r*', 'repo:*', 'repo:octo-org*', 'repo:octo-org@6811672*'])(
    'for the pattern "%s" says that it matches nothing',
    async (subjectPattern) => {
      const world = await open()
      world.setup.identities[EMAIL]!.config.subjectPattern = subjectPattern
      expect(await refusal(world)).toContain(
        ' From Bytebase 3.22.1 on, a pattern matches nothing if it is empty, or ends in * before it names an owner and a slash (repo:OWNER/*).',
      )
    },
  )

  test.each(['repo:octo-org/*', 'repo:octo-org', 'project_path:group/*'])(
    'for the pattern "%s", which names one, does not',
    async (subjectPattern) => {
      const world = await open()
      world.setup.identities[EMAIL]!.config.subjectPattern = subjectPattern
      expect(await refusal(world)).not.toContain('3.22.1')
    },
  )

  test('for the subject says nothing about the immutable form where it is not', async () => {
    const world = await open({}, { identity: { subject: 'mutable' } })
    world.setup.deny()
    const text = await refusal(world)
    expect(text).toContain('was "repo:octo-org/workflows:ref:refs/heads/main". In Bytebase, change the subject pattern')
    expect(text).not.toContain('immutable')
  })

  test('for the subject of a job with an environment names that', async () => {
    const world = await open({}, { identity: { environment: 'production' } })
    world.setup.deny()
    const { group } = await run(world)
    expect(group).toContain("subjectPattern: 'repo:octo-org@6811672/workflows@216219028:environment:production'")
  })

  test.each([
    ['ends like a pattern', 'repo:octo-org/workflows:environment:*'],
    ['does not name the repository', 'environment:production'],
  ])('for a subject that %s shows no settings, which would accept others too', async (_what, sub) => {
    const world = await open({}, { claims: { sub } })
    world.setup.deny()
    const ran = await run(world)
    expect(ran.errors[0]).toContain(`was "${sub}". In Bytebase, change`)
    expect(ran.group.join('\n')).not.toContain('subjectPattern')
  })

  test('for the issuer names it', async () => {
    const issuer = `${ISSUER}/octo-enterprise`
    expect(await refusal(open({}, { claims: { iss: issuer } }))).toBe(
      [
        `Bytebase (HOST) refused (401 Unauthorized): token validation failed: issuer mismatch: expected "${ISSUER}".`,
        `The issuer (iss) of the ID token was "${issuer}". In Bytebase, the issuer URL of the workload identity "${EMAIL}" must be exactly that.`,
        LINK,
      ].join('\n'),
    )
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, 'The subject (sub) of the ID token was not the one that Bytebase expects.')
  })

  test.each<[string, (world: World<BytebaseSetup>) => void, string]>([
    [
      'a deactivated identity',
      ({ setup }) => (setup.identities[EMAIL]!.deactivated = true),
      `(401 Unauthorized): workload identity has been deactivated.\nIn Bytebase, activate the workload identity "${EMAIL}" again, or use another one.`,
    ],
    [
      'an unknown identity',
      ({ setup }) => Reflect.deleteProperty(setup.identities, EMAIL),
      `(404 Not Found): workload identity "${EMAIL}" not found.\nCheck \`email\`: Bytebase has no workload identity "${EMAIL}". The e-mail of a project's identity contains the project's id: NAME@PROJECT.workload.bytebase.com.`,
    ],
    [
      'an identity without settings',
      ({ setup }) => (setup.identities[EMAIL]!.config = NO_SETTINGS),
      `(401 Unauthorized): token validation failed: failed to fetch JWKS: issuer URL must use HTTPS:.\nBytebase fetches keys only from an https:// address on the internet: check the issuer URL of the workload identity "${EMAIL}", and its JWKS URL if it has one.`,
    ],
    [
      'an identity without settings by an older server, at once although the status is 500',
      (world) => {
        const message = 'workload identity config not found'
        world.server('bytebase').faults.push(reply(bytebaseError('internal', message)))
      },
      `(500 Internal Server Error): workload identity config not found.\nIn Bytebase, the workload identity "${EMAIL}" has no settings for GitHub: add an issuer URL, allowed audiences and a subject pattern.`,
    ],
  ])('of %s says what to do', async (_what, change, text) => {
    const world = await open()
    change(world)
    expect(await refusal(world)).toBe(`Bytebase (HOST) refused ${text}\n${LINK}`)
    expect(world.server('bytebase').requests).toHaveLength(1)
  })

  test('of an ID token that has expired says what to look at', async () => {
    const world = await open({}, { claims: { exp: 1 } })
    expect(await refusal(world)).toContain('token has expired.\nThe ID token was new: check the clock')
  })

  test('of a signature tells of the keys that the server keeps', async () => {
    const world = await open()
    const message = 'token validation failed: failed to verify token signature: no key'
    world.server('bytebase').faults.push(reply(bytebaseError('unauthenticated', message)))
    expect(await refusal(world)).toContain("Bytebase caches the keys of GitHub's ID tokens for 15 minutes")
    expect(world.server('bytebase').requests).toHaveLength(1)
  })

  test('in the words of Connect is read alike', async () => {
    const [rest, connect] = await Promise.all(
      [16, 'unauthenticated'].map(async (code) => {
        const world = await open()
        world.setup.deny()
        world.server('bytebase').faults.push(fault.alter((real) => ({ ...real, body: { ...jsonOf(real)!, code } })))
        return refusal(world)
      }),
    )
    expect(connect).toBe(rest)
  })
})

test.each([
  ['a web page', 403, '<html><title>403 Forbidden</title></html>'],
  ['JSON of a gateway', 401, { message: 'token has expired' }],
])('%s in front is not taken for Bytebase', async (_what, status, body) => {
  const world = await open()
  world.server('bytebase').faults.push(reply({ status, body }))
  const text = await refusal(world)
  expect(text).toContain('\nThis answer is not from Bytebase: ')
  expect(text).not.toContain('check the clock')
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

  test('answers 405 where the server is built without web pages', async () => {
    const world = await open()
    world.server('bytebase').faults.push(fault.status(405, { body: { message: 'Method Not Allowed' } }))
    expect(await refusal(world)).toContain("must be the address of Bytebase's web pages, without /v1 at the end.")
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

describe('trouble that passes', () => {
  const keys = bytebaseError(
    'unauthenticated',
    'token validation failed: failed to fetch JWKS: context deadline exceeded',
  )

  test('with the keys of the issuer is tried again twice and no more', async () => {
    const world = await open()
    world.server('bytebase').faults.push(forEver(reply(keys)))
    expect(await refusal(world)).toContain(
      `Bytebase could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${ISSUER}.`,
    )
    expect(world.server('bytebase').requests).toHaveLength(3)
  })

  test('with keys that are not at the issuer names their URL, too', async () => {
    const world = await open()
    const jwksUrl = 'http://keys.example.com/jwks.json'
    world.setup.identities[EMAIL]!.config.jwksUrl = jwksUrl
    expect(await refusal(world)).toContain(
      `failed to fetch JWKS: JWKS URL must use HTTPS: ${jwksUrl}.\nBytebase fetches keys only from an https:// address on the internet: check the issuer URL of the workload identity "${EMAIL}", and its JWKS URL if it has one.`,
    )
  })

  test.each([
    ['http://issuer.example.com', 'issuer URL must use HTTPS'],
    ['https://10.0.0.1', 'issuer URL cannot be a private address'],
    ['https://:443', 'issuer URL must have a host'],
  ])('with the keys of the issuer %s stays and is not tried again: %s', async (issuerUrl, fault) => {
    const world = await open()
    world.setup.identities[EMAIL]!.config.issuerUrl = issuerUrl
    const text = await refusal(world)
    expect(text).toContain(`token validation failed: failed to fetch JWKS: ${fault}: ${issuerUrl}`)
    expect(text).toContain(
      `Bytebase fetches keys only from an https:// address on the internet: check the issuer URL of the workload identity "${EMAIL}", and its JWKS URL if it has one.`,
    )
    expect(world.server('bytebase').requests).toHaveLength(1)
  })

  test('is waited for longer than the server itself waits for the keys', async () => {
    expect((await run(await open())).limits).toEqual([10_000, 35_000])
  })

  test('in the server is tried again', async () => {
    const world = await open()
    world
      .server('bytebase')
      .faults.push(reply(bytebaseError('internal', 'failed to get workload identity')), fault.reset())
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(world.server('bytebase').requests).toHaveLength(3)
  })
})

describe('the fake', () => {
  test.each<[string, object, number, string]>([
    ['no token', { email: EMAIL }, 400, 'token is required'],
    ['no e-mail', { token: 'x' }, 400, 'email is required'],
    ['an unknown field', { token: 'x', email: EMAIL, workspace: 'w' }, 400, 'unknown field "workspace"'],
    ['no JWT', { token: 'x', email: EMAIL }, 401, 'failed to parse token'],
  ])('refuses %s', async (_what, body, status, text) => {
    const world = await open()
    const answer = await fetch(`${world.url('bytebase')}/v1/auth:exchangeToken`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining(text) as string })
  })
})

describe.runIf(canRunCommands)('the command of the page for the settings', () => {
  const ENVIRONMENT = { identity: { environment: 'production' } }
  const AUDIENCE = 'https://bytebase.example.com'

  const patch = async (command: string, token: string): Promise<void> => {
    const env = { PATH: process.env['PATH'], BYTEBASE_TOKEN: token }
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], { env })
  }

  const commandOfPage = async (world: World): Promise<string> => {
    const fence = (await fencesOfPage()).find(({ text }) => text.includes('--request PATCH'))
    return fence!.text.replace(`${AUDIENCE}/v1`, `${world.url('bytebase')}/v1`)
  }

  test('lets the job with its environment in, and no other', async () => {
    for (const [identity, succeeded] of [
      [ENVIRONMENT, true],
      [{}, false],
    ] as const) {
      const world = await open({ workloadIdentity: { config: NO_SETTINGS } }, identity)
      await patch(await commandOfPage(world), world.setup.bytebase.adminToken)
      expect((await run(world, { inputs: { audience: AUDIENCE } })).succeeded).toBe(succeeded)
      expect((await run(world)).succeeded).toBe(false)
    }
  })

  test('changes nothing without its update_mask', async () => {
    const world = await open({ workloadIdentity: { config: NO_SETTINGS } }, ENVIRONMENT)
    const command = (await commandOfPage(world)).replace('?update_mask=workload_identity_config', '')
    await patch(command, world.setup.bytebase.adminToken)
    expect(world.setup.identities[EMAIL]!.config).toEqual(NO_SETTINGS)
  })

  test('is refused to the workload identity itself', async () => {
    const world = await open({}, ENVIRONMENT)
    const { outputs } = await run(world)
    await expect(patch(await commandOfPage(world), outputs['token']!)).rejects.toThrow('returned error: 403')
  })
})

describe.runIf(canRunCommands)('the release and the plan of the page by curl', () => {
  const SQL = `INSERT INTO users VALUES ('"ä\\n');\n`

  async function make(
    settings: BytebaseSettings = {},
  ): Promise<{ code: number; log: string; world: World<BytebaseSetup> }> {
    const world = await open(settings)
    const { outputs } = await run(world)
    const folder = await mkdtemp(join(tmpdir(), 'bytebase-'))
    await mkdir(join(folder, 'migrations'))
    await writeFile(join(folder, 'migrations/0001_create_users.sql'), SQL)
    const step = workflowExamples()
      .filter(({ file }) => file === PAGE)
      .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps))
      .find(({ name }) => name === 'Create a release and a plan')
    const script = step!.run!.replace('https://bytebase.example.com', world.url('bytebase'))
    await writeFile(join(folder, 'script.sh'), script)
    // As the runner starts `shell: bash`.
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', 'script.sh']
    const env = { PATH: process.env['PATH'], BYTEBASE_TOKEN: outputs['token'] }
    const { code, log } = await new Promise<{ code: number; log: string }>((resolve) => {
      execFile('bash', args, { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), log: stdout + stderr })
      })
    })
    await rm(folder, { recursive: true })
    expect(step!.shell).toBe('bash')
    expect(log).not.toContain(outputs['token'])
    return { code, log, world }
  }

  test('are made', async () => {
    const { code, log, world } = await make()
    expect(log).not.toContain('error')
    expect(code).toBe(0)
    const [release, plan] = [...world.setup.bytebase.resources.values()]
    expect(plan).toMatchObject({ specs: [{ changeDatabaseConfig: { release: release!['name'] } }] })
    const sent = world.server('bytebase').requests.find(({ path }) => path.endsWith('/releases'))
    const { files } = JSON.parse(sent!.body) as { files: { statement: string }[] }
    expect(Buffer.from(files[0]!.statement, 'base64').toString()).toBe(SQL)
  })

  test('end at a refusal, and show it', async () => {
    const { code, log, world } = await make({ workloadIdentity: { permissions: {} } })
    expect(code).not.toBe(0)
    expect(log).toContain('user does not have permission "bb.releases.create", extra [projects/my-project]')
    expect(world.setup.bytebase.resources.size).toBe(0)
  })
})

async function fencesOfPage(): Promise<Fence[]> {
  return fencesOf({ file: PAGE, text: await readFile(join(ROOT, PAGE), 'utf8') })
}
