import { strict as assert } from 'node:assert'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
  type CreateSecretCommandInput,
} from '@aws-sdk/client-secrets-manager'
import { ROLE_ARN } from '../../fakes/aws-account.ts'
import type { FakeReply, FakeRequest } from '../../fakes/handler.ts'
import { randomText } from '../../fakes/secrets.ts'
import type { FakeServer } from '../../fakes/serve.ts'
import type { Hold, Judge } from '../judge.ts'
import { output } from '../program.ts'
import { PYTHON } from '../programs.ts'
import { createStand, freePort, type Ran, type Stand } from '../stand.ts'

const REGION = 'eu-central-1'
const STS = 'sts.eu-central-1.amazonaws.com'
const SECRETS_MANAGER = 'secretsmanager.eu-central-1.amazonaws.com'

/** moto: a stand-in for AWS that much of the Python world tests with. It checks no signature and no ID token. */
export const moto: Judge = {
  name: 'moto',
  title: 'moto',
  judges: 'STS, Secrets Manager: requests and answers',
  program: PYTHON,
  version: () => output(PYTHON.path, ['-c', 'import moto; print(moto.__version__)']),
  run: async (hold) => {
    await using stand = await createStand([STS, SECRETS_MANAGER])
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    await stand.start(PYTHON.path, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
      ready: `${url}/moto-api/`,
    })
    const sts = await stand.fake(STS, (request) => inJson(request, url))
    await stand.front(SECRETS_MANAGER, port)
    await tryLines(hold, stand, sts, url)
  },
}

async function tryLines(hold: Hold, stand: Stand, sts: FakeServer, endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  const client = new SecretsManagerClient({ region: REGION, endpoint, credentials })
  const create = async (secret: CreateSecretCommandInput): Promise<string> =>
    (await client.send(new CreateSecretCommand(secret))).ARN!
  const run = (inputs: Readonly<Record<string, string>>): Promise<Ran> =>
    stand.run({
      action: 'secret/aws-secrets-manager',
      inputs: { region: REGION, 'role-arn': ROLE_ARN, ...inputs },
      ...(inputs['secrets'] === undefined && { credential: 'secret' }),
    })
  const text = randomText(32)
  const arn = await create({ Name: 'app/text', SecretString: text })
  await create({ Name: 'app/json', SecretString: JSON.stringify({ username: 'app', password: text }) })
  await create({ Name: 'app/binary', SecretBinary: Buffer.from(text) })
  await create({ Name: 'app/deleted', SecretString: text })
  await client.send(new DeleteSecretCommand({ SecretId: 'app/deleted', RecoveryWindowInDays: 7 }))

  await hold('STS takes AssumeRoleWithWebIdentity and gives credentials of that role', async () => {
    const { outcome, told } = await run({ secret: 'app/text' })
    assert.equal(outcome, 'success', told)
    const [request] = sts.requests
    assert.equal(request?.answered, 200)
    assert.equal(new URLSearchParams(request.body).get('RoleArn'), ROLE_ARN)
  })
  const given = async (inputs: Readonly<Record<string, string>>): Promise<void> => {
    const { outputs, told } = await run(inputs)
    assert.equal(outputs['secret'], text, told)
  }
  await hold('Secrets Manager gives a text by name', () => given({ secret: 'app/text' }))
  await hold('Secrets Manager gives a text by ARN', () => given({ secret: arn }))
  await hold('one key of a JSON secret', () => given({ secret: 'app/json', key: 'password' }))
  await hold('several values with one role', async () => {
    const asked = sts.requests.length
    const secrets = 'text: app/text\npassword: app/json#password\n'
    const { outputs, told } = await run({ secrets })
    assert.deepEqual([outputs['text'], outputs['password']], [text, text], told)
    assert.deepEqual(JSON.parse(outputs['secrets']!), { text, password: text })
    assert.equal(sts.requests.length, asked + 1)
  })
  const refused = async (secret: string, pattern: RegExp): Promise<void> => {
    const { outcome, outputs, annotations } = await run({ secret })
    assert.equal(outcome, 'failure')
    assert.equal(outputs['secret'], undefined)
    assert.match(annotations.map(({ message }) => message).join('\n'), pattern)
  }
  await hold('a binary secret: refused, since an output is text', () => refused('app/binary', /SecretBinary/))
  await hold('no such secret: refused, by its name', () => refused('app/none', /ResourceNotFoundException/))
  await hold('a secret marked for deletion: refused', () => refused('app/deleted', /InvalidRequestException/))
}

/** moto's STS answers in XML whatever `Accept` says, AWS in JSON: the same tree. */
async function inJson(request: FakeRequest, moto: string): Promise<FakeReply> {
  const { accept = '', 'content-type': type = '' } = request.headers
  assert.equal(accept, 'application/json')
  const { method, body } = request
  const answer = await fetch(moto, { method, headers: { 'content-type': type }, body })
  return { status: answer.status, body: treeOf(await answer.text()) as object }
}

/** The tree of XML elements without regard to attributes; no element of STS comes twice in its parent. */
function treeOf(xml: string): unknown {
  const elements = [...xml.matchAll(/<(\w+)(?: [^>]*)?>(.*?)<\/\1>/gs)]
  if (elements.length === 0) return xml.trim()
  return Object.fromEntries(elements.map(([, name, inner]) => [name, treeOf(inner!)]))
}
