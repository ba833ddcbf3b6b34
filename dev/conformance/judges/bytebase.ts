import { strict as assert } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { parse } from 'yaml'
import { fenceOf } from '../../documents/fences.ts'
import { workflowExamples } from '../../documents/workflows.ts'
import { randomText } from '../../fakes/secrets.ts'
import { suggestionsOf } from '../../suggestions.ts'
import { createFixture, type Fixture, type Ran, type Step } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { AGAIN, callApi, expectRefusal, given, good, holdKeys, holdRefusal, type Answer } from '../lines.ts'
import { startPostgres, type Postgres } from '../postgres.ts'
import { output, ownBuild, shell } from '../program.ts'

/** Its image is for another C library. Built at the commit of its version. */
const BYTEBASE = ownBuild('bytebase/bytebase', 'backend/bin/server (it needs PostgreSQL)')

/** Names of the page. */
const HOST = 'bytebase.example.com'
const PAGE = 'bytebase/README.md'
const EMAIL = 'github-actions@workload.bytebase.com'
const PROJECT = 'projects/my-project'
const ENVIRONMENTS = ['test', 'prod'] as const

/** Bytebase itself, with PostgreSQL servers for it and for what it changes. */
export const bytebase: Judge = {
  name: 'bytebase',
  title: '[Bytebase](https://github.com/bytebase/bytebase)',
  judges: '`bytebase`: the settings of its page, exchanges, refusals, suggested settings, a release and a plan',
  program: BYTEBASE,
  version: async () => (await output(BYTEBASE.path, ['version'])).replace(/^Bytebase version: |\n[\s\S]*$/g, ''),
  run: async (hold) => {
    await using fixture = await createFixture(hold, [HOST])
    await using metadata = await startPostgres(['bytebase'])
    await using test = await startPostgres(['mydb'])
    await using prod = await startPostgres(['mydb'])
    const setting = await start(fixture, metadata, { test, prod })
    for (const lines of [exchanges, refusals, addresses, changes, cutOff]) await lines(setting)
  },
}

/** Settings of a workload identity, as the API has them. */
interface Config {
  readonly providerType?: 'GITHUB'
  readonly issuerUrl?: string
  readonly allowedAudiences?: readonly string[]
  readonly subjectPattern?: string
}

type Servers = Readonly<Record<(typeof ENVIRONMENTS)[number], Postgres>>

/** A server with a project, two databases in it and a workload identity without settings that has the role of the page. */
async function start(fixture: Fixture, metadata: Postgres, servers: Servers) {
  const data = join(fixture.folder, 'data')
  await mkdir(data)
  const address = await fixture.start(HOST, (port) => ({
    file: BYTEBASE.path,
    args: ['--port', String(port), '--data', data, '--external-url', `https://${HOST}`],
    ready: '/healthz',
    env: { PG_URL: metadata.url('bytebase') },
  }))

  let admin = ''
  /** A call, as the administrator unless another token is given. */
  const api = (method: string, path: string, body?: object, token = admin): Promise<Answer> =>
    callApi(method, `${address}/v1/${path}`, token, body)
  admin = await fill(api, servers)

  /** Runs a command line of the page. */
  const runCommand = (script: string, env: Readonly<Record<string, string>>): Promise<string> =>
    shell(script, {
      cwd: fixture.folder,
      env: { ...fixture.env, CURL_CA_BUNDLE: fixture.env['SSL_CERT_FILE']!, ...env },
    })
  const command = fenceOf(PAGE, 'bash', /--request PATCH/)
  const usual = (JSON.parse(/--data '(.*)'/s.exec(command)![1]!) as { workloadIdentityConfig: Config })
    .workloadIdentityConfig
  const run = fixture.stepsOf('bytebase', { url: `https://${HOST}`, email: EMAIL, audience: `https://${HOST}` })
  return {
    ...fixture,
    api,
    shell: runCommand,
    /** A step of a job with the environment of the page. */
    run: (step: Step = {}): Promise<Ran> => run({ identity: { environment: 'production' }, ...step }),
    /** The command of the page that gives the workload identity its settings. */
    setUp: () => runCommand(command, { BYTEBASE_TOKEN: admin }),
    /** Asks to change settings of those that the page gives. */
    patch: (config: Config) =>
      api('PATCH', `workloadIdentities/${EMAIL}?update_mask=workload_identity_config`, {
        workloadIdentityConfig: { ...usual, ...config },
      }),
  }
}

type Setting = Awaited<ReturnType<typeof start>>

/** What the page takes for granted, and the workload identity with its role. Gives the token of an administrator. */
async function fill(
  api: (method: string, path: string, body?: object, token?: string) => Promise<Answer>,
  servers: Servers,
): Promise<string> {
  const account = { email: 'admin@example.com', password: `${randomText(24)}aA1!` }
  await good(api('POST', 'auth/signup', { ...account, title: 'admin' }))
  const { token } = await good(api('POST', 'auth/login', account))
  const asAdmin = (method: string, path: string, body?: object): Promise<Answer['body']> =>
    good(api(method, path, body, String(token)))
  const { workspace } = await asAdmin('GET', 'actuator/info')
  await asAdmin('POST', `projects?project_id=my-project`, { title: 'My project' })
  for (const environment of ENVIRONMENTS) {
    const { port, user } = servers[environment]
    await asAdmin('POST', `instances?instance_id=${environment}&initial_database_project=${PROJECT}`, {
      title: environment,
      engine: 'POSTGRES',
      environment: `environments/${environment}`,
      dataSources: [{ id: 'admin', type: 'ADMIN', host: '127.0.0.1', port: String(port), username: user }],
    })
  }
  const [id] = EMAIL.split('@')
  await asAdmin('POST', `${String(workspace)}/workloadIdentities?workload_identity_id=${id!}`, { title: 'GitHub' })
  const policy = await asAdmin('GET', `${PROJECT}:getIamPolicy`)
  const bindings = [
    ...(policy['bindings'] as object[]),
    { role: 'roles/gitopsServiceAgent', members: [`workloadIdentity:${EMAIL}`] },
  ]
  await asAdmin('POST', `${PROJECT}:setIamPolicy`, { policy: { ...policy, bindings }, etag: policy['etag'] })
  return String(token)
}

/** The token of a step that got one. */
function tokenOf({ outputs, told }: Ran): string {
  return outputs['token'] ?? assert.fail(told)
}

async function exchanges(setting: Setting): Promise<void> {
  const { hold, run, setUp, api, shell, patch } = setting
  await hold('refuses a workload identity without settings, at once', async () => {
    const { told } = await run({ debug: true })
    assert.match(told, /failed to fetch JWKS: issuer URL must use HTTPS/)
    assert.doesNotMatch(told, AGAIN)
  })
  await setUp()
  // It keeps them for 15 minutes once it has them.
  await holdKeys(setting, run)
  await hold(
    'the settings of the page let the job with its environment in, whose token works for an hour',
    async () => {
      const ran = await run()
      const token = tokenOf(ran)
      assert.deepEqual(ran.annotations, [])
      const { exp, iat, sub } = decodeJwt(token)
      assert.deepEqual([sub, exp! - iat!], [EMAIL, 3_600])
      assert.equal(ran.outputs['expires-at'], new Date(exp! * 1_000).toISOString())
    },
  )
  await hold('and the command of its first step works', async () => {
    JSON.parse(await shell(commandOf('List the rollouts of a project'), { BYTEBASE_TOKEN: tokenOf(await run()) }))
  })
  await hold('an identity of a project', async () => {
    const email = 'deploy@my-project.workload.bytebase.com'
    const { workloadIdentityConfig } = await good(api('GET', `workloadIdentities/${EMAIL}`))
    const body = { title: 'Deploy', workloadIdentityConfig }
    const made = await good(api('POST', `${PROJECT}/workloadIdentities?workload_identity_id=deploy`, body))
    assert.equal(made['email'], email)
    assert.equal(decodeJwt(tokenOf(await run(given({ email })))).sub, email)
  })
  // As the page says: older servers save both.
  for (const [what, config, words] of [
    ['an empty list of audiences', { allowedAudiences: [] }, /allowed_audiences is required/],
    ['a pattern without an owner', { allowedAudiences: ['anything'], subjectPattern: 'repo:*' }, /name an owner/],
  ] as const) {
    await hold(`${what} cannot be saved from 3.22.1 on, and lets every job in before that`, async () => {
      const { status, body } = await patch(config)
      if (status === 200) assert.equal((await run(given({ audience: 'anything' }))).outcome, 'success')
      else assert.match(String(body['message']), words)
    })
  }
}

/** What a step of the page runs. */
function commandOf(step: string): string {
  const steps = workflowExamples()
    .filter(({ file }) => file === PAGE)
    .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap((job) => job.steps ?? []))
  return steps.find(({ name }) => name === step)?.run ?? assert.fail(`${PAGE} has no step ${step}`)
}

interface Denial {
  readonly config?: Config
  readonly step?: Step
  /** Whether the refusal suggests settings that mend it. */
  readonly isMended?: true
}

const DENIALS: readonly (readonly [name: string, words: RegExp, denial: Denial])[] = [
  [
    'another audience',
    /audience mismatch: allowed \[another\]/,
    { config: { allowedAudiences: ['another'] }, isMended: true },
  ],
  [
    'another subject',
    /subject mismatch: expected pattern "repo:octo-org\/workflows:\*"/,
    { config: { subjectPattern: 'repo:octo-org/workflows:*' }, isMended: true },
  ],
  ['a job without the environment', /subject mismatch/, { step: { identity: {} }, isMended: true }],
  ['another issuer', /issuer mismatch/, { step: { claims: { iss: 'https://issuer.example' } } }],
  [
    'an ID token that has ended',
    /token has expired/,
    { step: { claims: { exp: Math.floor(Date.now() / 1_000) - 30 } } },
  ],
  [
    'an issuer at a private address',
    /failed to fetch JWKS: issuer URL cannot be a private address/,
    { config: { issuerUrl: 'https://10.0.0.1' } },
  ],
  [
    'an issuer that it cannot reach',
    /failed to fetch JWKS: failed to fetch OIDC config from https:\/\/issuer\.example\.com/,
    { config: { issuerUrl: 'https://issuer.example.com' } },
  ],
  [
    'an identity that is not there',
    /404[\s\S]*workload identity "nobody@workload\.bytebase\.com" not found/,
    { step: given({ email: 'nobody@workload.bytebase.com' }) },
  ],
]

async function refusals({ hold, run, patch }: Setting): Promise<void> {
  for (const [name, words, { config = {}, step, isMended }] of DENIALS) {
    await good(patch(config))
    const { summary } = await holdRefusal(hold, run, [name, words, step])
    if (isMended === undefined) continue
    await hold(`the settings that it suggests for ${name} let the same run in`, async () => {
      const [suggestion] = suggestionsOf(summary)
      assert(suggestion !== undefined, summary)
      await good(patch(parse(suggestion.text) as Config))
      const { outcome, told } = await run(step)
      assert.equal(outcome, 'success', told)
    })
  }
  await good(patch({}))
}

async function addresses({ hold, run }: Setting): Promise<void> {
  await hold('an address with a path that it does not know is said to be wrong', async () => {
    const { outcome, told } = await run(given({ url: `https://${HOST}/tools` }))
    assert.equal(outcome, 'failure')
    assert.match(told, /Check `url`/)
  })
}

/** The release and the plan of the page, and its role. */
async function changes({ hold, run, shell, api, folder }: Setting): Promise<void> {
  const migrations = join(folder, 'migrations')
  await mkdir(migrations)
  await hold('the step of the page makes a release and a plan for it', async () => {
    await writeFile(join(migrations, '0001_create_users.sql'), 'CREATE TABLE users (name text);\n')
    const printed = await shell(commandOf('Create a release and a plan'), { BYTEBASE_TOKEN: tokenOf(await run()) })
    const plan = JSON.parse(printed) as { name: string }
    assert.match(JSON.stringify(await good(api('GET', plan.name))), /"release":"projects\/my-project\/releases\//)
  })
  await hold('its role may create neither sheets nor issues, as the page says', async () => {
    const token = tokenOf(await run())
    for (const [path, body] of [
      ['sheets', { content: Buffer.from('SELECT 1').toString('base64') }],
      ['issues', { type: 'DATABASE_CHANGE', plan: `${PROJECT}/plans/1`, title: 'x' }],
    ] as const) {
      const { status, body: answer } = await api('POST', `${PROJECT}/${path}`, body, token)
      assert.equal(status, 403, JSON.stringify(answer))
      assert.match(JSON.stringify(answer['details']), /PermissionDeniedDetail/)
    }
  })
  await hold('it refuses fields of older versions, as the page says', async () => {
    const token = tokenOf(await run())
    for (const body of [{ steps: [] }, { specs: [{ id: 'x', changeDatabaseConfig: { target: 'x' } }] }]) {
      const { status, body: answer } = await api('POST', `${PROJECT}/plans`, body, token)
      assert.equal(status, 400)
      assert.match(String(answer['message']), /unknown field/)
    }
  })
}

/** As the page says. */
async function cutOff({ hold, run, api }: Setting): Promise<void> {
  const token = tokenOf(await run())
  await good(api('DELETE', `workloadIdentities/${EMAIL}`))
  await hold('a deactivated identity gets no token, and its tokens end at once', async () => {
    expectRefusal(await run(), /workload identity has been deactivated/)
    assert.equal((await api('GET', `${PROJECT}/rollouts`, undefined, token)).status, 401)
  })
}
