import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fenceOf } from '../documents/fences.ts'
import { randomText } from '../fakes/secrets.ts'
import type { Hold } from './judge.ts'
import { startPostgres, type Postgres } from './postgres.ts'
import { output, STORE, type Program } from './program.ts'
import type { Fixture, Ran, Step } from './fixture.ts'

/** On no registry: its image is for another C library. It is built by hand, from source, at the commit of its version. */
export const BYTEBASE: Program = {
  path: join(STORE, 'bytebase/bytebase'),
  from: 'its own build of backend/bin/server, put into .conformance/bytebase by hand; and PostgreSQL',
  isByHand: true,
}

/** Names of the page. */
export const HOST = 'bytebase.example.com'
export const PAGE = 'bytebase/README.md'
export const EMAIL = 'github-actions@workload.bytebase.com'
export const PROJECT = 'projects/my-project'
const ENVIRONMENTS = ['test', 'prod'] as const

/** Settings of a workload identity, as the API has them. */
export interface Config {
  readonly providerType?: 'GITHUB'
  readonly issuerUrl?: string
  readonly allowedAudiences?: readonly string[]
  readonly subjectPattern?: string
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** A Bytebase with a project, two databases in it and a workload identity without settings that has the role of the page. */
export interface BytebaseFixture extends Omit<Fixture, 'run'> {
  readonly hold: Hold
  /** A call, as the administrator unless another token is given. */
  readonly api: (method: string, path: string, body?: object, token?: string) => Promise<Answer>
  /** A step of `bytebase`, of a job with the environment of the page. */
  readonly run: (step?: Partial<Step>) => Promise<Ran>
  /** Runs a command line of the page. */
  readonly shell: (script: string, env: Readonly<Record<string, string>>) => Promise<string>
  /** The command of the page that gives the workload identity its settings. */
  readonly setUp: () => Promise<void>
  /** Asks to change settings of those that the page gives. */
  readonly patch: (config: Config) => Promise<Answer>
  /** Changes them. */
  readonly change: (config: Config) => Promise<void>
  readonly servers: Readonly<Record<(typeof ENVIRONMENTS)[number], Postgres>>
}

export async function createBytebaseFixture(hold: Hold, fixture: Fixture): Promise<BytebaseFixture> {
  await using closing = new AsyncDisposableStack()
  const metadata = closing.use(await startPostgres(['bytebase']))
  const servers = { test: closing.use(await startPostgres(['mydb'])), prod: closing.use(await startPostgres(['mydb'])) }
  const data = join(fixture.folder, 'data')
  await mkdir(data)
  const address = await fixture.start(HOST, (port) => ({
    file: BYTEBASE.path,
    args: ['--port', String(port), '--data', data, '--external-url', `https://${HOST}`],
    ready: '/healthz',
    env: { PG_URL: metadata.url('bytebase') },
  }))

  let admin = ''
  const api: BytebaseFixture['api'] = async (method, path, body, token = admin) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
  admin = await fill(api, servers)

  const shell: BytebaseFixture['shell'] = (script, env) =>
    output('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: fixture.folder,
      env: { ...fixture.env, CURL_CA_BUNDLE: fixture.env['SSL_CERT_FILE']!, ...env },
    })
  const command = fenceOf(PAGE, 'sh', /--request PATCH/)
  const usual = (JSON.parse(/--data '(.*)'/s.exec(command)![1]!) as { workloadIdentityConfig: Config })
    .workloadIdentityConfig
  const patch: BytebaseFixture['patch'] = (config) =>
    api('PATCH', `workloadIdentities/${EMAIL}?update_mask=workload_identity_config`, {
      workloadIdentityConfig: { ...usual, ...config },
    })
  const opened = closing.move()
  return {
    ...fixture,
    hold,
    api,
    shell,
    servers,
    run: ({ inputs, ...more } = {}) =>
      fixture.run({
        action: 'bytebase',
        inputs: { url: `https://${HOST}`, email: EMAIL, audience: `https://${HOST}`, ...inputs },
        identity: { environment: 'production' },
        credential: 'token',
        ...more,
      }),
    async setUp() {
      await shell(command, { BYTEBASE_TOKEN: admin })
    },
    patch,
    async change(config) {
      await good(patch(config))
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** The body of a call that has to succeed. */
export async function good(call: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await call
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body
}

/** What the page takes for granted, and the workload identity with its role. Gives the token of an administrator. */
async function fill(api: BytebaseFixture['api'], servers: BytebaseFixture['servers']): Promise<string> {
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
