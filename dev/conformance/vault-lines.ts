import { strict as assert } from 'node:assert'
import { AGAIN, type Ran, type Step } from './fixture.ts'
import { suggestionsOf } from '../suggestions.ts'
import { ROLE, writeOf, type VaultFixture } from './vault-fixture.ts'

/** Lets a token read whatever there is, so that the engine answers and no policy. */
export const EVERYTHING = 'path "*" { capabilities = ["read"] }'

/** Sets up what the page does, and reads secrets. */
export async function reads({ hold, read, api, secret, setUp, allow }: VaultFixture): Promise<void> {
  await setUp()
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
      const { outputs, told, annotations } = await read({})
      assert.equal(outputs['secret'], secret, told)
      assert.deepEqual(annotations, [])
    },
  )
  await hold('a whole secret, as JSON', async () => {
    const { outputs, told } = await read({ inputs: { key: '' } })
    assert.deepEqual(JSON.parse(outputs['secret'] ?? told), { DB_USER: 'application', DB_PASSWORD: secret })
  })
  await hold('several values with one login', async () => {
    const secrets = 'user: team/database#DB_USER\npassword: team/database#DB_PASSWORD\n'
    const { outputs, told } = await read({ inputs: { secrets } })
    assert.deepEqual(
      { user: outputs['user'], password: outputs['password'] },
      { user: 'application', password: secret },
      told,
    )
  })
  await allow(EVERYTHING)
  const refused = async (inputs: Record<string, string>, words: RegExp): Promise<void> => {
    const { outcome, outputs, annotations } = await read({ inputs })
    assert.deepEqual({ outcome, secret: outputs['secret'] }, { outcome: 'failure', secret: undefined })
    assert.match(annotations.map(({ message }) => message).join('\n'), words)
  }
  await hold('a deleted version', () => refused({ path: 'team/deleted' }, /version 1 of ".*" is deleted/))
  await hold('a destroyed version', () =>
    refused({ path: 'team/destroyed' }, /version 1 of ".*" is destroyed/),
  )
  await hold('no such path', () => refused({ path: 'team/none' }, /404[\s\S]*"team\/none"/))
  await hold('a KV engine of version 1', () =>
    refused({ engine: 'kv1' }, /404[\s\S]*"kv1" is a KV version 2 engine/),
  )
  await hold('no such engine', () => refused({ engine: 'none' }, /no handler for route/))
  await hold('an engine with a part of the path', () =>
    refused({ engine: 'secret/team', path: 'database' }, /404|Invalid path for a versioned K\/V/),
  )
  await hold('a path given with data/', () =>
    refused({ path: 'data/team/database' }, /\n- path [\s\S]*\nINVALID_INPUT: /),
  )
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
    name: 'an address that the role leaves out',
    words: /\b403\b[\s\S]*permission denied[\s\S]*token_bound_cidrs/,
    role: { token_bound_cidrs: ['192.0.2.0/24'] },
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

export async function refusals(vault: VaultFixture): Promise<void> {
  const { hold, read, shell, api, setUp, page, keys, secret } = vault
  // A method that was just set up has no keys yet.
  await setUp()
  await hold('is asked again where it did not get the keys of the issuer', async () => {
    keys.missing = 1
    const { outputs, told } = await read({ debug: true })
    assert.equal(outputs['secret'], secret, told)
    assert.equal(keys.missing, 0)
    assert.match(told, AGAIN)
  })
  for (const { name, words, role, step = {}, isMended } of DENIALS) {
    await setUp()
    if (role !== undefined) await shell(writeOf({ role_type: 'jwt', ...role }))
    await refusal(vault, name, words, step, isMended)
  }
  await setUp()
  await hold('a write of the role keeps the claim that it omits, and the refusal shows it', async () => {
    await shell(writeOf({ role_type: 'jwt', bound_claims: { repository_id: '1' } }))
    await shell(writeOf({ role_type: 'jwt', bound_audiences: ['https://vault.example.com'] }))
    const { outcome, told } = await read({})
    assert.equal(outcome, 'failure')
    assert.match(told, /The claim "repository_id" of the ID token was "216219028"/)
  })
  await api('DELETE', ROLE)
  await refusal(vault, 'no such role', /role "deploy" could not be found/, {}, true)
  await setUp()
  await hold('the job’s own environment as bound_subject, as the page has it', async () => {
    const [, subject] = /"bound_subject": "([^"]+)"/.exec(page.text) ?? []
    await shell(
      writeOf({ role_type: 'jwt', bound_subject: subject, bound_claims: { repository_id: '216219028' } }),
    )
    const { outcome, told } = await read({ identity: { environment: 'production' } })
    assert.equal(outcome, 'success', told)
  })
}

/** Writes the role that a refusal suggests, by the very command that it suggests. */
export async function writeSuggested(
  { shell }: VaultFixture,
  { summary }: Ran,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [suggestion] = suggestionsOf(summary)
  const [command] = /vault write [^\s)]+ @[\w.]+/.exec(suggestion?.before ?? '') ?? []
  assert(suggestion !== undefined && command !== undefined, summary)
  await shell(`cat > ${command.split('@')[1]!} <<'EOF'\n${suggestion.text}\nEOF\n${command}`, env)
}

/** Refused in Vault's words; where a role is suggested, the very command that is suggested lets the same run in. */
async function refusal(
  vault: VaultFixture,
  name: string,
  words: RegExp,
  step: Partial<Step>,
  isMended?: true,
): Promise<void> {
  const { hold, read, secret } = vault
  const refused = await read(step)
  await hold(`refuses ${name}`, () => {
    assert.deepEqual([refused.outcome, refused.outputs['secret']], ['failure', undefined])
    assert.match(refused.told, words)
    assert.match(refused.told, /\nDENIED: /)
  })
  if (isMended === undefined) return
  await hold(`what it suggests for ${name}, written as it says, lets the same run in`, async () => {
    await writeSuggested(vault, refused)
    const { outputs, told } = await read(step)
    assert.equal(outputs['secret'], secret, told)
  })
}
