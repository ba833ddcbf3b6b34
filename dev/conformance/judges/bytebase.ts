import { strict as assert } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { parse } from 'yaml'
import { workflowExamples } from '../../documents/workflows.ts'
import {
  BYTEBASE,
  createBytebaseFixture,
  EMAIL,
  good,
  HOST,
  PAGE,
  PROJECT,
  type BytebaseFixture,
  type Config,
} from '../bytebase-fixture.ts'
import type { Judge } from '../judge.ts'
import { output } from '../program.ts'
import { AGAIN, createFixture, type Step } from '../fixture.ts'
import { suggestionsOf } from '../../suggestions.ts'

/** Bytebase itself, with PostgreSQL servers for it and for what it changes. */
export const bytebase: Judge = {
  name: 'bytebase',
  title: '[Bytebase](https://github.com/bytebase/bytebase)',
  judges: '`bytebase`: the settings of its page, exchanges, refusals, suggested settings, a release and a plan',
  program: BYTEBASE,
  version: async () => (await output(BYTEBASE.path, ['version'])).replace(/^Bytebase version: |\n[\s\S]*$/g, ''),
  run: async (hold) => {
    await using fixture = await createFixture([HOST])
    await using server = await createBytebaseFixture(hold, fixture)
    for (const lines of [exchanges, refusals, addresses, changes, cutOff]) await lines(server)
  },
}

async function exchanges(server: BytebaseFixture): Promise<void> {
  const { hold, keys, run, setUp, api } = server
  await hold('refuses a workload identity without settings, at once', async () => {
    const { told } = await run({ debug: true })
    assert.match(told, /failed to fetch JWKS: issuer URL must use HTTPS/)
    assert.doesNotMatch(told, AGAIN)
  })
  await setUp()
  // It keeps them for 15 minutes once it has them.
  await hold('is asked again where it did not get the keys of the issuer', async () => {
    keys.missing = 1
    const { outcome, told } = await run({ debug: true })
    assert.equal(outcome, 'success', told)
    assert.equal(keys.missing, 0)
    assert.match(told, AGAIN)
  })
  await hold(
    'the settings of the page let the job with its environment in, whose token works for an hour',
    async () => {
      const { outputs, annotations, told } = await run()
      const token = outputs['token'] ?? assert.fail(told)
      assert.deepEqual(annotations, [])
      const { exp, iat, sub } = decodeJwt(token)
      assert.deepEqual([sub, exp! - iat!], [EMAIL, 3_600])
      assert.equal(outputs['expires-at'], new Date(exp! * 1_000).toISOString())
      assert.equal((await api('GET', `${PROJECT}/rollouts`, undefined, token)).status, 200)
    },
  )
  await hold('and the command of its first step works', async () => {
    const [example] = workflowExamples().filter(({ file }) => file === PAGE)
    const command = example?.workflow.jobs['example']?.steps?.find(({ run }) => run !== undefined)?.run
    assert(command !== undefined, `${PAGE} has no such step`)
    const { outputs } = await run()
    JSON.parse(await server.shell(command, { BYTEBASE_TOKEN: outputs['token']! }))
  })
  await hold('an identity of a project', async () => {
    const email = 'deploy@my-project.workload.bytebase.com'
    const { workloadIdentityConfig } = await good(api('GET', `workloadIdentities/${EMAIL}`))
    const body = { title: 'Deploy', workloadIdentityConfig }
    const made = await good(api('POST', `${PROJECT}/workloadIdentities?workload_identity_id=deploy`, body))
    assert.equal(made['email'], email)
    const { outputs, told } = await run({ inputs: { email } })
    assert.equal(decodeJwt(outputs['token'] ?? assert.fail(told)).sub, email)
  })
  // As the page says: older servers save both.
  const step = { inputs: { audience: 'anything' } }
  for (const [what, config, words] of [
    ['an empty list of audiences', { allowedAudiences: [] }, /allowed_audiences is required/],
    ['a pattern without an owner', { allowedAudiences: ['anything'], subjectPattern: 'repo:*' }, /name an owner/],
  ] as const) {
    await hold(`${what} cannot be saved from 3.22.1 on, and lets every job in before that`, async () => {
      const { status, body } = await server.patch(config)
      if (status === 200) assert.equal((await run(step)).outcome, 'success')
      else assert.match(String(body['message']), words)
    })
  }
}

interface Denial {
  readonly name: string
  readonly words: RegExp
  readonly config?: Config
  readonly step?: Partial<Step>
  /** Whether the refusal suggests settings that mend it. */
  readonly isMended?: true
}

const DENIALS: readonly Denial[] = [
  {
    name: 'another audience',
    words: /audience mismatch: allowed \[another\]/,
    config: { allowedAudiences: ['another'] },
    isMended: true,
  },
  {
    name: 'another subject',
    words: /subject mismatch: expected pattern "repo:octo-org\/workflows:\*"/,
    config: { subjectPattern: 'repo:octo-org/workflows:*' },
    isMended: true,
  },
  { name: 'a job without the environment', words: /subject mismatch/, step: { identity: {} }, isMended: true },
  { name: 'another issuer', words: /issuer mismatch/, step: { claims: { iss: 'https://issuer.example' } } },
  {
    name: 'an ID token that has ended',
    words: /token has expired/,
    step: { claims: { exp: Math.floor(Date.now() / 1_000) - 30 } },
  },
  {
    name: 'an issuer at a private address',
    words: /failed to fetch JWKS: issuer URL cannot be a private address/,
    config: { issuerUrl: 'https://10.0.0.1' },
  },
  {
    name: 'an issuer that it cannot reach',
    words: /failed to fetch JWKS: failed to fetch OIDC config from https:\/\/issuer\.example\.com/,
    config: { issuerUrl: 'https://issuer.example.com' },
  },
  {
    name: 'an identity that is not there',
    words: /404[\s\S]*workload identity "nobody@workload\.bytebase\.com" not found/,
    step: { inputs: { email: 'nobody@workload.bytebase.com' } },
  },
]

async function refusals({ hold, run, change }: BytebaseFixture): Promise<void> {
  for (const { name, words, config = {}, step = {}, isMended } of DENIALS) {
    await change(config)
    const refused = await run(step)
    await hold(`refuses ${name}`, () => {
      assert.deepEqual([refused.outcome, refused.outputs['token']], ['failure', undefined])
      assert.match(refused.told, words)
      assert.match(refused.told, /\nDENIED: /)
    })
    if (isMended === undefined) continue
    await hold(`the settings that it suggests for ${name} let the same run in`, async () => {
      const [suggestion] = suggestionsOf(refused.summary)
      assert(suggestion !== undefined, refused.summary)
      await change(parse(suggestion.text) as Config)
      const { outcome, told } = await run(step)
      assert.equal(outcome, 'success', told)
    })
  }
  await change({})
}

async function addresses({ hold, run }: BytebaseFixture): Promise<void> {
  await hold('an address with a path that it does not know is said to be wrong', async () => {
    const { outcome, told } = await run({ inputs: { url: `https://${HOST}/tools` } })
    assert.equal(outcome, 'failure')
    assert.match(told, /Check `url`/)
  })
  await hold('so is one with /v1', async () => {
    const { outcome, told } = await run({ inputs: { url: `https://${HOST}/v1` } })
    assert.equal(outcome, 'failure')
    assert.match(told, /404[\s\S]*Check `url`/)
  })
}

/** The release and the plan of the page, and its role. */
async function changes({ hold, run, shell, api, folder }: BytebaseFixture): Promise<void> {
  const step = workflowExamples()
    .filter(({ file }) => file === PAGE)
    .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps))
    .find(({ name }) => name === 'Create a release and a plan')
  assert(step?.run !== undefined, `${PAGE} has no such step`)
  const migrations = join(folder, 'migrations')
  await mkdir(migrations)
  await hold('the step of the page makes a release and a plan for it', async () => {
    await writeFile(join(migrations, '0001_create_users.sql'), 'CREATE TABLE users (name text);\n')
    const { outputs, told } = await run()
    const plan = JSON.parse(await shell(step.run!, { BYTEBASE_TOKEN: outputs['token'] ?? assert.fail(told) })) as {
      name: string
    }
    assert.match(JSON.stringify(await good(api('GET', plan.name))), /"release":"projects\/my-project\/releases\//)
  })
  await hold('its role may create neither sheets nor issues, as the page says', async () => {
    const { outputs } = await run()
    for (const [path, body] of [
      ['sheets', { content: Buffer.from('SELECT 1').toString('base64') }],
      ['issues', { type: 'DATABASE_CHANGE', plan: `${PROJECT}/plans/1`, title: 'x' }],
    ] as const) {
      const { status, body: answer } = await api('POST', `${PROJECT}/${path}`, body, outputs['token'])
      assert.equal(status, 403, JSON.stringify(answer))
      assert.match(JSON.stringify(answer['details']), /PermissionDeniedDetail/)
    }
  })
  await hold('it refuses fields of older versions, as the page says', async () => {
    const { outputs } = await run()
    for (const body of [{ steps: [] }, { specs: [{ id: 'x', changeDatabaseConfig: { target: 'x' } }] }]) {
      const { status, body: answer } = await api('POST', `${PROJECT}/plans`, body, outputs['token'])
      assert.equal(status, 400)
      assert.match(String(answer['message']), /unknown field/)
    }
  })
}

/** As the page says. */
async function cutOff({ hold, run, api }: BytebaseFixture): Promise<void> {
  const { outputs } = await run()
  await good(api('DELETE', `workloadIdentities/${EMAIL}`))
  await hold('a deactivated identity gets no token, and its tokens end at once', async () => {
    const { outcome, told } = await run()
    assert.equal(outcome, 'failure')
    assert.match(told, /workload identity has been deactivated/)
    assert.equal((await api('GET', `${PROJECT}/rollouts`, undefined, outputs['token'])).status, 401)
  })
}
