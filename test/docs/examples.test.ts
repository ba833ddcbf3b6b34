import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readActions, type ActionMetadata } from '../../dev/documents/actions.ts'
import { fill, stepExamples, type StepExample } from '../../dev/documents/examples.ts'
import { fencesOf, readDocuments } from '../../dev/documents/fences.ts'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import type { AwsAccount } from '../../dev/fakes/aws-account.ts'
import { defaultIdentity, subjectOf, type Identity } from '../../dev/fakes/identity.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { githubContext, situations } from '../../dev/runner/context.ts'
import { runAction, runPost, type StageOptions } from '../../dev/runner/runner.ts'
import { awsRdsSystem } from '../../dev/systems/database/aws-rds.ts'
import { system as awsSecretsManager } from '../../dev/systems/secret/aws-secrets-manager.ts'
import { bytebaseSystem } from '../../dev/systems/bytebase.ts'
import { appServerSystem, policiesFor, ROLE_ARN } from '../../dev/systems/app-server.ts'
import { system as googleCloudSql } from '../../dev/systems/database/google-cloud-sql.ts'
import { system as googleSecretManager } from '../../dev/systems/secret/google-secret-manager.ts'
import { system as httpSecret } from '../../dev/systems/secret/http.ts'
import { IDENTITY as DEPLOY, octoStsSystem } from '../../dev/systems/octo-sts.ts'
import type { Setup, System } from '../../dev/systems/system.ts'
import { vaultSystem } from '../../dev/systems/secret/vault.ts'
import { createWorld, ROOT, type World } from '../../dev/world.ts'
import { expectClean, expectGranted } from '../scenarios/support.ts'

/*
 * Every step of the documents that uses an action of this repository is run as it stands, on `dist`, against systems that
 * are served by TLS under the very names that stand in the documents, which only a proxy knows. What these systems grant
 * is written down here, not taken from the documents: a name that is wrong in one of them is refused.
 */

/** Values of expressions that the emulation does not know or cannot evaluate, by document. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/troubleshooting.md': {
    "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository":
      'true',
  },
}

/** Where the documents say that a company has put the certificate of its own authority. */
const AUTHORITY_FILE = '/etc/ssl/certs/corporate-ca.pem'

/** At least so many examples are in a document. */
const LEAST: Readonly<Record<string, number>> = {
  'README.md': 3,
  'docs/cookbook.md': 1,
  'docs/your-app-server.md': 2,
  'bytebase/README.md': 2,
  'octo-sts/README.md': 1,
  'database/google-cloud-sql/README.md': 3,
  'database/aws-rds/README.md': 4,
  'secret/aws-secrets-manager/README.md': 3,
  'secret/google-secret-manager/README.md': 4,
  'secret/vault/README.md': 3,
  'secret/http/README.md': 3,
  'docs/app-server.md': 1,
  'docs/migrating.md': 1,
  'docs/troubleshooting.md': 2,
}

/** Hosts of app servers in the documents; the last is the public instance of the open server. */
const APP_SERVERS = [
  'app-server.example.com',
  'abc123.lambda-url.eu-central-1.on.aws',
  'github-actions-access-token.qoomon.workers.dev',
]

type Inputs = Readonly<Record<string, string>>

/** Serves the system of an action for a job, with host names by role. */
type Stand = (identity: Identity, inputs: Inputs) => Promise<World>

/** The host of the first URL in a text. */
function hostIn(text = ''): string {
  return new URL(/https:\/\/\S+/.exec(text)?.[0] ?? '').host
}

/** In the conditions of AWS. */
const PROVIDER = 'token.actions.githubusercontent.com'
const GOOGLE = Object.fromEntries(
  ['sts', 'iamcredentials', 'secretmanager'].map((role) => [role, `${role}.googleapis.com`]),
)

const STANDS: Readonly<Record<string, Stand>> = {
  '': (identity, { 'app-server': appServer = '' }) => {
    const scopes = ['actions', 'contents', 'pull-requests', 'secrets'].map((scope) => `${scope}: write`)
    const names = [identity.repository, 'target', 'website']
    const system = appServerSystem({ repositories: policiesFor(identity, names, scopes.join(', ')) })
    const host = hostIn(appServer)
    expect(APP_SERVERS).toContain(host)
    return serve(system, identity, {
      variant: /^auth:/m.test(appServer) ? 'aws' : 'bearer',
      hosts: { 'app-server': host, sts: 'sts.eu-central-1.amazonaws.com', github: 'api.github.com' },
      prepare: ({ roles }) => {
        for (const arn of [SEED_ROLE, OPEN_SERVER_ROLE]) roles[arn] = roles[ROLE_ARN]!
      },
    })
  },
  bytebase: (identity) => {
    const config = {
      issuerUrl: ISSUER,
      allowedAudiences: ['https://bytebase.example.com'],
      subjectPattern: subjectOf(identity),
    }
    return serve(bytebaseSystem({ workloadIdentity: { config } }), identity, {
      hosts: { bytebase: 'bytebase.example.com' },
    })
  },
  'octo-sts': (identity) =>
    serve(octoStsSystem(), identity, {
      hosts: { 'octo-sts': 'octo-sts.dev', github: 'api.github.com' },
      prepare: ({ policies, scope }) => {
        policies[scope] = { [DEPLOY]: fenceOf('octo-sts/README.md', 'yaml', /^issuer: /) }
      },
    }),
  // PostgreSQL, or MySQL where the example says so.
  'database/aws-rds': (identity, { port }) =>
    serve(awsRdsSystem({ port: port === '3306' ? 3306 : 5432 }), identity, {
      hosts: { sts: 'sts.eu-central-1.amazonaws.com' },
      prepare: ({ account }) => {
        trust(account, identity, 'database/aws-rds/README.md')
      },
    }),
  'database/google-cloud-sql': (identity) => serve(googleCloudSql, identity, { hosts: GOOGLE }),
  'secret/aws-secrets-manager': (identity, { key, secrets }) =>
    serve(awsSecretsManager, identity, {
      variant: secrets !== undefined ? 'several' : key === undefined ? 'text' : 'key',
      hosts: {
        sts: 'sts.eu-central-1.amazonaws.com',
        secretsmanager: 'secretsmanager.eu-central-1.amazonaws.com',
      },
      prepare: ({ account }) => {
        trust(account, identity, 'secret/aws-secrets-manager/README.md')
      },
    }),
  'secret/google-secret-manager': (identity, inputs) =>
    serve(googleSecretManager, identity, {
      variant: 'secrets' in inputs ? 'several' : 'service-account' in inputs ? 'impersonation' : 'direct',
      hosts: GOOGLE,
    }),
  'secret/vault': (identity, { secrets }) =>
    serve(vaultSystem(), identity, {
      variant: secrets === undefined ? 'default' : 'several',
      hosts: { vault: 'vault.example.com' },
    }),
  'secret/http': (identity, { secrets: several }) =>
    serve(httpSecret, identity, {
      variant: several === undefined ? 'default' : 'several',
      hosts: { 'secret-endpoint': 'secrets.example.com' },
      prepare: ({ secrets, secret }) => {
        secrets['/database-password'] = Buffer.from(secret)
      },
    }),
}

/** The fence of a page that has this text. */
function fenceOf(page: string, language: string, text: RegExp): string {
  const document = documents.find(({ file }) => file === page)
  const found =
    document && fencesOf(document).find((fence) => fence.language === language && text.test(fence.text))
  if (!found) throw new Error(`${page} has no such fence: ${text.source}`)
  return found.text
}

/** Gives the role the trust policy of the page. Steps without a job stand for jobs that it accepts. */
function trust({ roles }: AwsAccount, { environment }: Identity, page: string): void {
  if (environment === undefined) return
  const policy = JSON.parse(fenceOf(page, 'json', /AssumeRoleWithWebIdentity/)) as {
    Statement: { Condition: { StringEquals: Record<string, string> } }[]
  }
  const { [`${PROVIDER}:aud`]: audience, [`${PROVIDER}:sub`]: subject } =
    policy.Statement[0]!.Condition.StringEquals
  roles[ROLE_ARN] = { subjects: [subject!], audience: audience! }
}

async function serve<S extends Setup>(
  system: System<S>,
  identity: Identity,
  options: { variant?: string; hosts: Record<string, string>; prepare?: (setup: S) => void },
): Promise<World> {
  const { prepare, ...more } = options
  const world = await createWorld(system, { ...more, identity })
  prepare?.(world.setup)
  return world
}

/** Runs a step as its document has it, and its post step. */
async function run(example: StepExample): Promise<void> {
  const { file, action, condition, environment, usedOutputs } = example
  const situation = situations.push
  const identity = { ...defaultIdentity, ...(environment === undefined ? {} : { environment }) }
  const hosts = { serverUrl: 'https://github.com', apiUrl: 'https://api.github.com' }
  const values = VALUES[file] ?? {}
  const env: Record<string, string> = {}
  const contexts = {
    github: { ...githubContext(identity, hosts), event: situation.payload(identity) },
    env,
  }
  const filled = (record: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [name, fill(String(value), contexts, values)]),
    )
  for (const layer of example.env) Object.assign(env, filled(layer))
  const inputs = filled(example.inputs)
  if (condition !== undefined) expect(fill(`\${{ ${condition} }}`, contexts, values)).toBe('true')

  const stand = STANDS[action.folder]
  if (stand === undefined) throw new Error(`nothing is there to run ${example.uses} against`)
  await using world = await stand(identity, inputs)
  // Where the systems are is told by the example alone: no variable points the action to them.
  const pointers = Object.keys(world.setup.environment?.() ?? {})
  const machine = Object.entries(world.env).filter(([name]) => !pointers.includes(name))
  if (env['NODE_EXTRA_CA_CERTS'] === AUTHORITY_FILE) {
    env['NODE_EXTRA_CA_CERTS'] = world.env['NODE_EXTRA_CA_CERTS']!
  }
  const stage: StageOptions = {
    action: join(ROOT, action.folder),
    situation,
    identity,
    hosts,
    inputs,
    env: { ...Object.fromEntries(machine), ...env },
    masks: [world.issuer.requestToken],
  }

  const main = await runAction(stage)
  const credential = await expectGranted(world, main)
  expect(main.annotations).toEqual([])
  for (const output of usedOutputs) expect(main.outputs[output] ?? '', output).not.toBe('')
  if (action.runs.post !== undefined) {
    const post = await runPost(stage, main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [] })
    expect(await world.setup.accepts(credential)).toBe(inputs['skip-token-revoke'] === 'true')
  }
  expect(world.server(world.setup.exchangeRole).requests).not.toHaveLength(0)
  const { targets } = world.proxy!
  expect(targets.filter(({ answered }) => answered !== 200)).toEqual([])
  expect(targets.map(({ target }) => target)).toContain(
    `${new URL(world.url(world.setup.exchangeRole)).host}:443`,
  )
}

const actions = readActions()
const documents = readDocuments()
const examples = stepExamples()
const files = [...new Set(examples.map(({ file }) => file))]
/** How many examples were run, by document. */
const ran = new Map<string, number>()

describe.each(files)('%s', (file) => {
  const own = examples.filter((example) => example.file === file)

  test.each(own.map((example) => [`${file}:${example.line}`, example.uses, example] as const))(
    '%s runs as it stands: %s',
    async (_place, _uses, example) => {
      await run(example)
      ran.set(file, (ran.get(file) ?? 0) + 1)
    },
  )

  test('every example was run', () => {
    expect(ran.get(file)).toBe(own.length)
  })
})

describe('there are examples to run', () => {
  test.each(Object.entries(LEAST))('%s has %i or more', (file, least) => {
    expect(examples.filter((example) => example.file === file).length).toBeGreaterThanOrEqual(least)
  })

  test.each(actions.map(({ folder }) => folder))('the page of /%s has one of it', (folder) => {
    const page = join(folder, 'README.md').replaceAll('\\', '/')
    expect(LEAST).toHaveProperty([page])
    expect(examples.filter(({ file, action }) => file === page && action.folder === folder)).not.toEqual([])
  })

  test('each is where its name says', () => {
    for (const { file, text } of documents) {
      const lines = text.split('\n')
      for (const { line } of examples.filter((example) => example.file === file)) {
        expect(lines[line - 1], `${file}:${line}`).toMatch(/^\s*- (?:uses|id|name|if): /)
      }
    }
  })

  test('no value is given for a document that does not need it', () => {
    for (const [file, values] of Object.entries(VALUES)) {
      const text = workflowExamples()
        .filter((example) => example.file === file)
        .map((example) => example.text)
        .join('\n')
      for (const expression of Object.keys(values)) expect(text).toContain(expression)
    }
  })
})

/** The role that the open server's stack makes for its callers. */
const OPEN_SERVER_ROLE = 'arn:aws:iam::123456789012:role/GitHubActionsAccessTokens-HttpApiAccess'
const SEED_ROLE = 'arn:aws:iam::123456789012:role/github-actions-access-token-api-access'
const SERVER = { 'app-server': 'https://app-server.example.com' }
/** Spellings of `with:` that qoomon/actions--access-token has had, for which its documents are the source. */
const SPELLINGS: readonly (readonly [string, Inputs])[] = [
  ['v3: permissions as a mapping, in lines', { ...SERVER, permissions: 'secrets: write\n' }],
  ['v3: repository by its name', { ...SERVER, repository: 'target', permissions: 'contents: read\n' }],
  [
    'v3: repository with its owner',
    { ...SERVER, repository: 'octo-org/target', permissions: 'contents: read\n' },
  ],
  [
    'v3: repositories as a list',
    { ...SERVER, repositories: '- target\n- website\n', permissions: 'contents: read\n' },
  ],
  ['v3: scopes with underscores', { ...SERVER, permissions: 'pull_requests: write\ncontents: read\n' }],
  [
    'v3: app-server without auth',
    { 'app-server': 'url: https://app-server.example.com\n', permissions: 'actions: write\n' },
  ],
  [
    'v3: app-server with auth commented out',
    {
      'app-server': `url: https://app-server.example.com\n# auth:\n#   type: aws\n#   roleArn: ${SEED_ROLE}\n`,
      permissions: 'actions: write\n',
    },
  ],
  [
    'v3: app-server with auth',
    {
      'app-server': `url: https://app-server.example.com\nauth:\n  type: aws\n  roleArn: ${SEED_ROLE}\n  region: eu-central-1\n  service: lambda\n`,
      permissions: 'actions: write\n',
    },
  ],
  [
    'v4: repositories with commas',
    { ...SERVER, repositories: 'target, website', permissions: 'contents: read' },
  ],
  ['v4: permissions with commas', { ...SERVER, permissions: 'contents:read,secrets:write' }],
  [
    'v4: permissions with commas and blanks',
    { ...SERVER, permissions: 'contents: read, pull-requests: write' },
  ],
]

describe('spellings of qoomon/actions--access-token', () => {
  const action = actions.find(({ folder }) => folder === '')!

  test.each(SPELLINGS)('%s', async (title, inputs) => {
    await run(spelling(title, action, inputs))
  })
})

describe('the examples can fail', () => {
  const action = actions.find(({ folder }) => folder === '')!
  const permissions = 'contents: read'

  test('by a name that the system does not know', async () => {
    await expect(
      run(spelling('unknown repository', action, { ...SERVER, repository: 'tarrget', permissions })),
    ).rejects.toMatchObject({
      actual: [{ message: expect.stringContaining('octo-org/tarrget: Access policy not found') as string }],
    })
  })

  test('by an expression of which nothing is known', async () => {
    const repository = '${{ vars.TARGET }}'
    await expect(
      run(spelling('unknown expression', action, { ...SERVER, repository, permissions })),
    ).rejects.toThrow('nothing is known of vars')
    expect(() => fill('${{ github.repositry }}', { github: { repository: 'a/b' } }, {})).toThrow(
      'nothing is known of github.repositry',
    )
  })
})

function spelling(title: string, action: ActionMetadata, inputs: Inputs): StepExample {
  return {
    file: title,
    line: 1,
    uses: 'OWNER/access-token@v1',
    action,
    condition: undefined,
    inputs,
    env: [],
    environment: undefined,
    usedOutputs: ['token'],
  }
}
