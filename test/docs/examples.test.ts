import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readActions, type ActionMetadata } from '../../dev/documents/actions.ts'
import { fill, stepExamples, type StepExample } from '../../dev/documents/examples.ts'
import { readDocuments } from '../../dev/documents/fences.ts'
import { AUTHORITY_FILE, SEED_ROLE, STANDS, type Inputs } from '../../dev/documents/stands.ts'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import { defaultIdentity } from '../../dev/fakes/identity.ts'
import { githubContext, situations } from '../../dev/runner/context.ts'
import { runAction, runPost, type StageOptions } from '../../dev/runner/runner.ts'
import { ROOT } from '../../dev/world.ts'
import { expectClean, expectGranted } from '../scenarios/support.ts'

/*
 * Every step of the documents that uses an action of this repository is run as it stands, on `dist`, against the systems of
 * dev/documents/stands.ts.
 */

/** Values of expressions that the emulation does not know or cannot evaluate, by document. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/cookbook.md': { 'matrix.owner': 'octo-org' },
  'docs/troubleshooting.md': {
    "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository":
      'true',
  },
}

/** At least so many examples are in a document. */
const LEAST: Readonly<Record<string, number>> = {
  'README.md': 3,
  'docs/cookbook.md': 17,
  'docs/your-app-server.md': 2,
  'docs/operating.md': 2,
  'bytebase/README.md': 2,
  'octo-sts/README.md': 1,
  'database/google-cloud-sql/README.md': 3,
  'database/aws-rds/README.md': 4,
  'secret/aws-secrets-manager/README.md': 3,
  'secret/google-secret-manager/README.md': 4,
  'secret/vault/README.md': 3,
  'vault/README.md': 2,
  'secret/http/README.md': 3,
  'docs/app-server.md': 1,
  'docs/migrating.md': 9,
  'docs/troubleshooting.md': 2,
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

describe.each(files)('%s', (file) => {
  const own = examples.filter((example) => example.file === file)

  test.each(own.map((example) => [`${file}:${example.line}`, example.uses, example] as const))(
    '%s runs as it stands: %s',
    async (_place, _uses, example) => {
      await run(example)
    },
  )
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
        expect(lines[line - 1], `${file}:${line}`).toMatch(/^[+ ]?\s*- (?:uses|id|name|if): /)
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
