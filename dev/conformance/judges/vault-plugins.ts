import { strict as assert } from 'node:assert'
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fencesOf, readDocuments } from '../../documents/fences.ts'
import { randomText } from '../../fakes/secrets.ts'
import type { Hold, Judge } from '../judge.ts'
import { output } from '../program.ts'
import { VAULT_PLUGINS, VAULT_PLUGINS_VERSION } from '../programs.ts'
import { createStand, freePort, type Ran, type Stand, type Step } from '../stand.ts'
import { suggestionsIn } from '../suggestions.ts'

const HOST = 'vault.example.com'
const PAGE = 'secret/vault/README.md'
const ROLE = 'auth/jwt/role/deploy'
const ROOT_TOKEN = `root-${randomText(24)}`

/** Vault's JWT auth method and its KV engine, without the core of Vault around them. */
export const vaultPlugins: Judge = {
  name: 'vault-plugins',
  title: 'the JWT auth method and the KV engine of Vault',
  judges: '`secret/vault`: the commands of its page, logins, refusals, suggested roles, reads',
  program: VAULT_PLUGINS,
  version: () => Promise.resolve(VAULT_PLUGINS_VERSION),
  run: async (hold) => {
    await using stand = await createStand([HOST])
    const port = await freePort()
    const address = `http://127.0.0.1:${port}`
    await stand.start(VAULT_PLUGINS.path, [], {
      ready: `${address}/v1/sys/health`,
      env: { PORT: String(port), VAULT_TOKEN: ROOT_TOKEN },
    })
    await stand.front(HOST, port)
    const bench = await benchOf(hold, stand, address)
    await bench.setUp()
    await reads(bench)
    await tokens(bench)
    await refusals(bench)
  },
}

interface Bench {
  readonly hold: Hold
  readonly secret: string
  readonly run: (step: Partial<Step>) => Promise<Ran>
  /** Runs a command line as a person at a shell would. */
  readonly shell: (script: string) => Promise<string>
  readonly api: (method: string, path: string, body?: object) => Promise<Response>
  /** Every command of the page, one after the other. */
  readonly setUp: () => Promise<void>
}

async function benchOf(hold: Hold, stand: Stand, address: string): Promise<Bench> {
  const bin = join(stand.folder, 'bin')
  await mkdir(bin)
  await copyFile(join(import.meta.dirname, '../vault-cli.sh'), join(bin, 'vault'))
  await chmod(join(bin, 'vault'), 0o755)
  const env = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    VAULT_ADDR: address,
    VAULT_TOKEN: ROOT_TOKEN,
  }
  const shell = (script: string): Promise<string> =>
    output('bash', ['-euo', 'pipefail', '-c', script], { cwd: stand.folder, env })
  const commands = readDocuments()
    .filter(({ file }) => file === PAGE)
    .flatMap(fencesOf)
    .filter(({ language, text }) => language === 'sh' && /^vault /.test(text))
    .map(({ text }) => text)
  const secret = randomText(32)
  return {
    hold,
    secret,
    shell,
    run: ({ inputs, ...more }) =>
      stand.run({
        action: 'secret/vault',
        inputs: {
          url: `https://${HOST}`,
          role: 'deploy',
          ...(inputs?.['secrets'] === undefined && { path: 'team/database', key: 'DB_PASSWORD' }),
          ...inputs,
        },
        ...(inputs?.['secrets'] === undefined && { credential: 'secret' }),
        ...more,
      }),
    api: (method, path, body) =>
      fetch(`${address}/v1/${path}`, {
        method,
        headers: { 'x-vault-token': ROOT_TOKEN },
        ...(body && { body: JSON.stringify(body) }),
      }),
    async setUp() {
      assert(commands.length >= 3, `${PAGE} has no commands`)
      for (const command of commands) await shell(command)
    },
  }
}

async function reads({ hold, run, api, secret }: Bench): Promise<void> {
  const write = (path: string, data: object): Promise<Response> =>
    api('POST', `secret/data/${path}`, { data })
  await write('team/database', { DB_USER: 'app', DB_PASSWORD: 'an older one' })
  await write('team/database', { DB_USER: 'application', DB_PASSWORD: secret })
  for (const path of ['team/deleted', 'team/destroyed']) await write(path, { DB_PASSWORD: secret })
  await api('DELETE', 'secret/data/team/deleted')
  await api('POST', 'secret/destroy/team/destroyed', { versions: [1] })

  await hold(
    'the commands of the page let the step of the page in, which reads the newest version',
    async () => {
      const { outputs, told, annotations } = await run({})
      assert.equal(outputs['secret'], secret, told)
      assert.deepEqual(annotations, [])
    },
  )
  await hold('a whole secret, as JSON', async () => {
    const { outputs, told } = await run({ inputs: { key: '' } })
    assert.deepEqual(JSON.parse(outputs['secret'] ?? told), { DB_USER: 'application', DB_PASSWORD: secret })
  })
  await hold('several values with one login', async () => {
    const secrets = 'user: team/database#DB_USER\npassword: team/database#DB_PASSWORD\n'
    const { outputs, told } = await run({ inputs: { secrets } })
    assert.deepEqual(
      { user: outputs['user'], password: outputs['password'] },
      { user: 'application', password: secret },
      told,
    )
  })
  const refused = async (inputs: Record<string, string>, words: RegExp): Promise<void> => {
    const { outcome, outputs, annotations } = await run({ inputs })
    assert.deepEqual({ outcome, secret: outputs['secret'] }, { outcome: 'failure', secret: undefined })
    assert.match(annotations.map(({ message }) => message).join('\n'), words)
  }
  await hold('a deleted version', () => refused({ path: 'team/deleted' }, /version 1 of .* is deleted/))
  await hold('a destroyed version', () => refused({ path: 'team/destroyed' }, /version 1 of .* is destroyed/))
  await hold('no such path', () =>
    refused({ path: 'team/none' }, /404[\s\S]*There is no secret at team\/none/),
  )
  await hold('a KV engine of version 1', () =>
    refused({ engine: 'kv1' }, /404[\s\S]*kv1 is a KV engine of version 2/),
  )
  await hold('no such engine', () => refused({ engine: 'none' }, /no handler for route/))
  await hold('an engine with a part of the path', () =>
    refused({ engine: 'secret/team', path: 'database' }, /404|Invalid path for a versioned K\/V/),
  )
}

/** The tokens are those of the program around the plugins, so this is about who asks for what, and when. */
async function tokens({ hold, run, shell }: Bench): Promise<void> {
  await hold('the token is revoked before the step ends, also where it fails', async () => {
    for (const inputs of [{}, { path: 'team/none' }]) {
      const { told } = await run({ inputs })
      assert.match(told, /The Vault token was revoked/)
    }
  })
  await hold('a batch token is not revoked', async () => {
    await shell(`vault write ${ROLE} role_type=jwt token_type=batch`)
    const { outcome, told } = await run({})
    assert.equal(outcome, 'success', told)
    assert.doesNotMatch(told, /revoked/)
  })
}

interface Denial {
  readonly name: string
  /** Vault's own words. */
  readonly words: RegExp
  /** What is written to the role of the page. */
  readonly role?: object
  readonly step?: Partial<Step>
  /** Whether the refusal suggests a role that mends it. */
  readonly isMended?: true
}

const DENIALS: readonly Denial[] = [
  {
    name: 'another audience',
    words: /\(aud\) claim|audience/,
    role: { bound_audiences: ['https://other.example.com'] },
    isMended: true,
  },
  {
    name: 'no audience in the role',
    words: /audience claim found in JWT but no audiences bound to the role/,
    role: { bound_audiences: [] },
    isMended: true,
  },
  {
    name: 'another subject',
    words: /\(sub\) claim|subject/,
    role: { bound_subject: 'repo:octo-org/workflows:ref:refs/heads/main' },
    isMended: true,
  },
  {
    name: 'another bound claim',
    words: /error validating claims/,
    role: { bound_claims: { repository_id: '1' } },
    isMended: true,
  },
  {
    name: 'a role written without role_type',
    words: /role with oidc role_type is not allowed/,
    role: { role_type: 'oidc', allowed_redirect_uris: ['https://vault.example.com/callback'] },
    isMended: true,
  },
  {
    name: 'another issuer',
    words: /error validating token/,
    step: { claims: { iss: 'https://issuer.example' } },
  },
  {
    name: 'an ID token that ended an hour ago',
    words: /error validating token/,
    step: { claims: { exp: Math.floor(Date.now() / 1_000) - 3_600 } },
  },
]

async function refusals(bench: Bench): Promise<void> {
  const { hold, run, shell, api, setUp } = bench
  for (const { name, words, role, step = {}, isMended } of DENIALS) {
    await api('DELETE', ROLE)
    await setUp()
    if (role !== undefined) await shell(writeOf({ role_type: 'jwt', ...role }))
    await refusal(bench, name, words, step, isMended)
  }
  await api('DELETE', ROLE)
  await refusal(bench, 'no such role', /role "deploy" could not be found/, {}, true)
  await setUp()
  await hold('the job’s own environment as bound_subject, as the page has it', async () => {
    const subject = /"bound_subject": "([^"]+)"/.exec(
      await readFile(join(import.meta.dirname, '../../..', PAGE), 'utf8'),
    )
    await shell(
      writeOf({ role_type: 'jwt', bound_subject: subject![1], bound_claims: { repository_id: '216219028' } }),
    )
    const { outcome, told } = await run({ identity: { environment: 'production' } })
    assert.equal(outcome, 'success', told)
  })
}

/** Refused in Vault's words; where a role is suggested, the very command that is suggested lets the same run in. */
async function refusal(
  { hold, run, shell, secret }: Bench,
  name: string,
  words: RegExp,
  step: Partial<Step>,
  isMended: true | undefined,
): Promise<void> {
  const refused = await run(step)
  await hold(`refuses ${name}`, () => {
    assert.deepEqual([refused.outcome, refused.outputs['secret']], ['failure', undefined])
    assert.match(refused.told, words)
    assert.match(refused.told, /\nDENIED: /)
  })
  if (isMended === undefined) return
  await hold(`what it suggests for ${name}, written as it says, lets the same run in`, async () => {
    const [suggestion] = suggestionsIn(refused.summary)
    const [command] = /vault write [^\s)]+ @[\w.]+/.exec(suggestion?.before ?? '') ?? []
    assert(suggestion !== undefined && command !== undefined, refused.summary)
    await shell(`cat > ${command.split('@')[1]!} <<'EOF'\n${suggestion.content}\nEOF\n${command}`)
    const { outputs, told } = await run(step)
    assert.equal(outputs['secret'], secret, told)
  })
}

function writeOf(role: object): string {
  return `vault write ${ROLE} - <<'EOF'\n${JSON.stringify(role)}\nEOF`
}
