import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { environmentOf } from '../../fakes/aws-account.ts'
import type { Handler } from '../../fakes/handler.ts'
import type { SigningKeys } from '../../fakes/sigv4.ts'
import { randomText } from '../../fakes/secrets.ts'
import { createFixture, type Fixture, type Ran } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { output, pythonProgram } from '../program.ts'

const PYTHON = pythonProgram('python', ['botocore==1.44.5'])

const REGION = 'eu-central-1'
const OF_APP_SERVER = {
  lambda: `abc123.lambda-url.${REGION}.on.aws`,
  'execute-api': `abc123.execute-api.${REGION}.amazonaws.com`,
  'vpc-lattice-svcs': `app-0123456789abcdef0.7d67968.vpc-lattice-svcs.${REGION}.on.aws`,
}
const OF_SECRETS_MANAGER = `secretsmanager.${REGION}.amazonaws.com`

/** Paths of an app server, as a URL has them: plain ones, and such as signers have stumbled over. */
const PATHS = [...['', '/stage'], ...['/a%20b/c+d', '/%C3%BC/~x/(y)', "/it's!/*:@&=$,;", '/x%2Fy', '/a//b']]

/** botocore: the signer under boto3 and the AWS command line. */
export const botocore: Judge = {
  name: 'botocore',
  title: 'botocore',
  judges: 'AWS signatures, in headers and in passwords of RDS and DSQL',
  program: PYTHON,
  version: () => output(PYTHON.path, ['-c', 'import botocore; print(botocore.__version__)']),
  run: async (hold) => {
    // Nobody grants anything.
    const refuse: Handler = () => ({ status: 400 })
    const hosts = [...Object.values(OF_APP_SERVER), OF_SECRETS_MANAGER]
    await using fixture = await createFixture(hold, [], Object.fromEntries(hosts.map((host) => [host, refuse])))
    await headers(fixture)
    await passwords(fixture)
  },
}

/** Temporary keys. */
const KEYS: SigningKeys = {
  accessKeyId: `ASIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
  secretAccessKey: randomText(40),
  sessionToken: `${randomText(200)}/+==`,
}
const env = environmentOf(KEYS)

/** The actions sign a request of every service. */
async function headers({ hold, stepsOf, server }: Fixture): Promise<void> {
  const appServer = stepsOf('.', { permissions: 'contents: read' })
  const secretsManager = stepsOf('secret/aws-secrets-manager', { region: REGION, secret: 'app/database' })
  const requests = Object.entries(OF_APP_SERVER).flatMap(([service, host]) =>
    PATHS.map((path) => {
      const inputs = { 'app-server': `url: ${JSON.stringify(`https://${host}${path}`)}\nauth: { type: aws }` }
      return { name: `${service}, path ${path || '/'}`, service, host, send: () => appServer({ inputs, env }) }
    }),
  )
  const send = (): Promise<Ran> => secretsManager({ env })
  requests.push({ name: 'secretsmanager', service: 'secretsmanager', host: OF_SECRETS_MANAGER, send })
  const found: { name: string; ours: string; task: object }[] = []
  for (const { name, service, host, send } of requests) {
    const { told } = await send()
    const sent = server(host).requests.at(-1)
    assert(sent !== undefined, `nothing was sent to ${service}:\n${told}`)
    const { authorization: ours = '' } = sent.headers
    const names = /SignedHeaders=([^,]+)/.exec(ours)?.[1]?.split(';') ?? []
    assert(names.includes('host'), `${name}: the host is not signed: ${ours}`)
    const task = {
      service,
      region: REGION,
      keys: KEYS,
      method: sent.method,
      url: `https://${host}${sent.path}`,
      headers: Object.fromEntries(names.filter((each) => each !== 'host').map((each) => [each, sent.headers[each]])),
      body: sent.body,
      date: sent.headers['x-amz-date'],
      // VPC Lattice takes no signed body (its user guide, "SIGv4 authenticated requests").
      signsBody: service !== 'vpc-lattice-svcs',
    }
    found.push({ name, ours, task })
  }
  const theirs = await signed(found.map(({ task }) => task))
  for (const [index, { name, ours }] of found.entries()) {
    await hold(`headers: ${name}: the same signature`, () => {
      assert.equal(ours, theirs[index])
    })
  }
}

const USERS = ['app_migrations', 'app user', "o'hara+x&y=z/%25", 'größe', '名前']

async function passwords({ hold, stepsOf }: Fixture): Promise<void> {
  const cluster = `abcdefghijklmnopqrstuvwxyz.dsql.${REGION}.on.aws`
  const cases = [
    ...USERS.map((user) => ['rds', `db.abc123.${REGION}.rds.amazonaws.com`, REGION, user] as const),
    ['rds', 'db.abc123.rds.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'app'],
    ['dsql', cluster, REGION, 'app_migrations'],
    ['dsql', cluster, REGION, 'admin'],
    ['dsql', cluster.replace('.dsql.', '.dsql-fnh4.'), REGION, 'app_migrations'],
  ] as const
  for (const [service, host, region, user] of cases) {
    const inputs = { host, username: user, ...(service === 'rds' && { port: '5432' }) }
    const { outputs, told } = await stepsOf(`database/aws-${service}`)({ inputs, env })
    const ours = outputs['token'] ?? told
    const date = /X-Amz-Date=(\w+)/.exec(ours)?.[1]
    const [theirs] = await signed([{ keys: KEYS, region, host, ...(service === 'rds' && { port: 5432 }), user, date }])
    const whose = `${service.toUpperCase()} password of ${user} in ${region}`
    await hold(`${whose}${host.includes('-fnh4') ? ', by PrivateLink' : ''}: the same`, () => {
      assert.equal(sorted(ours), sorted(theirs!))
    })
  }
}

/** A presigned URL with its parameters in one order: the database reads them by name. */
function sorted(password: string): string {
  const [address, query = ''] = password.split('?')
  return `${address!}?${query.split('&').sort().join('&')}`
}

/** What botocore makes of each task. */
async function signed(tasks: readonly object[]): Promise<string[]> {
  const child = spawn(PYTHON.path, ['-I', join(import.meta.dirname, 'botocore.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(tasks))
  return JSON.parse(await text(child.stdout)) as string[]
}
