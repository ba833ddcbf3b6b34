import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { environmentOf } from '../../fakes/aws-account.ts'
import type { Handler } from '../../fakes/handler.ts'
import type { SigningKeys } from '../../fakes/sigv4.ts'
import { randomText } from '../../fakes/secrets.ts'
import { createFixture, type Fixture } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { fetched, output } from '../program.ts'

const PYTHON = fetched('python', 'bin/python', 'python3 -m venv .', 'bin/pip install --quiet botocore==1.44.5')

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
  judges: 'AWS signatures of requests',
  program: PYTHON,
  version: () => output(PYTHON.path, ['-c', 'import botocore; print(botocore.__version__)']),
  run: async (hold) => {
    // Nobody grants anything.
    const refuse: Handler = () => ({ status: 400 })
    const hosts = [...Object.values(OF_APP_SERVER), OF_SECRETS_MANAGER]
    await using fixture = await createFixture(hold, [], Object.fromEntries(hosts.map((host) => [host, refuse])))
    await headers(fixture)
  },
}

/** Temporary keys. */
const KEYS: SigningKeys = {
  accessKeyId: `ASIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
  secretAccessKey: randomText(40),
  sessionToken: `${randomText(200)}/+==`,
}

/** The actions sign a request of every service. */
async function headers({ hold, stepsOf, server }: Fixture): Promise<void> {
  const requests = Object.entries(OF_APP_SERVER).flatMap(([service, host]) =>
    PATHS.map((path) => {
      const address = `url: ${JSON.stringify(`https://${host}${path}`)}\nauth: { type: aws }`
      const run = stepsOf('.', { permissions: 'contents: read', 'app-server': address })
      return { name: `${service}, path ${path || '/'}`, service, host, run }
    }),
  )
  const run = stepsOf('secret/aws-secrets-manager', { region: REGION, secret: 'app/database' })
  requests.push({ name: 'secretsmanager', service: 'secretsmanager', host: OF_SECRETS_MANAGER, run })
  const found: { name: string; ours: string; task: object }[] = []
  for (const { name, service, host, run } of requests) {
    const { told } = await run({ env: environmentOf(KEYS) })
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

/** What botocore makes of each task. */
async function signed(tasks: readonly object[]): Promise<string[]> {
  const child = spawn(PYTHON.path, ['-I', join(import.meta.dirname, 'botocore.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(tasks))
  return JSON.parse(await text(child.stdout)) as string[]
}
