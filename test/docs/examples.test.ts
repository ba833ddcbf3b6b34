import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { AUTHORITY_FILE, exampleWorld } from '../../dev/documents/examples.ts'
import { fencesOf, readDocuments } from '../../dev/documents/fences.ts'
import { outputsOf, workflowExamples, type ActionStep, type WorkflowExample } from '../../dev/documents/workflows.ts'
import { defaultIdentity } from '../../dev/fakes/identity.ts'
import { evaluate } from '../../dev/runner/action-file.ts'
import { githubContext, situations } from '../../dev/runner/context.ts'
import { runAction, runPost, type StageOptions } from '../../dev/runner/runner.ts'
import { ROOT } from '../../dev/world.ts'
import { expectClean, expectGranted } from '../scenarios/support.ts'

/*
 * Every step of the documents that uses an action of this repository is run unchanged, on `dist`, against the system of
 * its action, which says by itself what its examples need.
 */

/** Values of expressions that the emulation does not know, by document. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/cookbook.md': {
    'matrix.owner': 'octo-org',
    'secrets.CF_ACCESS_CLIENT_ID': 'not-a-secret.access',
    'secrets.CF_ACCESS_CLIENT_SECRET': 'not-a-secret-but-in-its-place',
    'steps.iap.outputs.id_token': 'not-a-token-but-in-its-place',
  },
  'oauth-token/README.md': { 'secrets.KEYCLOAK_CLIENT_SECRET': 'not a secret, but in its place' },
}

/** A line of a step that uses an action of this repository. */
const USES = /^\+?\s*(?:- )?uses: OWNER\/access-token/gm

type StepExample = WorkflowExample & ActionStep

/** Runs a step as its document has it, and its post step. */
async function run({ file, workflow, job: name, step, action }: StepExample): Promise<void> {
  const job = workflow.jobs[name]!
  const environment = typeof job.environment === 'object' ? job.environment.name : job.environment
  const situation = situations.push
  const identity = { ...defaultIdentity, ...(environment === undefined ? {} : { environment }) }
  const values = VALUES[file] ?? {}
  const env: Record<string, string> = {}
  const contexts = { github: { ...githubContext(identity), event: situation.payload(identity) }, env }
  const filled = (record: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, evaluate(String(value), contexts, values)]))
  for (const { env: layer = {} } of [workflow, job, step]) Object.assign(env, filled(layer))
  const inputs = filled(step.with ?? {})
  if (step.if !== undefined) expect(evaluate(`\${{ ${String(step.if)} }}`, contexts, values)).toBe('true')

  await using world = await exampleWorld(action.folder, inputs, identity)
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
    inputs,
    env: { ...Object.fromEntries(machine), ...env },
    masks: [world.issuer.requestToken],
  }

  const main = await runAction(stage)
  const credential = await expectGranted(world, main)
  expect(main.annotations).toEqual([])
  const used = step.id === undefined ? [] : outputsOf(step.id, job)
  for (const output of used) expect(main.outputs[output] ?? '', output).not.toBe('')
  if (action.runs.post !== undefined) {
    const post = await runPost(stage, main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [] })
    const lives =
      inputs['skip-token-revoke'] === 'true' ||
      ('revocation-url' in action.inputs && inputs['revocation-url'] === undefined)
    expect(await world.setup.accepts(credential)).toBe(lives)
  }
  expect(world.server(world.setup.exchangeRole).requests).not.toHaveLength(0)
  const { targets } = world.proxy!
  expect(targets.filter(({ answered }) => answered !== 200)).toEqual([])
  expect(targets.map(({ target }) => target)).toContain(`${new URL(world.url(world.setup.exchangeRole)).host}:443`)
}

const actions = readActions()
const documents = readDocuments()
const examples: StepExample[] = workflowExamples().flatMap((example) =>
  example.actionSteps.map((each) => ({ ...example, ...each })),
)
const files = [...new Set(examples.map(({ file }) => file))]

describe.each(files)('%s', (file) => {
  const own = examples.filter((example) => example.file === file)

  test.each(own)('the workflow in line $line, step $index of $job, runs unchanged: $step.uses', run)
})

describe('there are examples to run', () => {
  test.each(documents.map(({ file, text }) => [file, text]))('%s: each that it has', (file, text) => {
    const written = fencesOf({ file, text }).flatMap((fence) => fence.text.match(USES) ?? [])
    expect(examples.filter((example) => example.file === file)).toHaveLength(written.length)
  })

  test.each(actions.map(({ folder }) => folder))('the page of /%s has one of it', (folder) => {
    const page = join(folder, 'README.md').replaceAll('\\', '/')
    expect(examples.filter(({ file, action }) => file === page && action.folder === folder)).not.toEqual([])
  })
})

test('an example fails by a name that the system does not know, and by an expression of which nothing is known', async () => {
  const example = examples.find(({ file, step }) => file === 'README.md' && 'repository' in (step.with ?? {}))!
  const withRepository = (repository: string): Promise<void> =>
    run({ ...example, step: { ...example.step, with: { ...example.step.with, repository } } })
  await expect(withRepository('octo-org/tarrget')).rejects.toMatchObject({
    actual: [{ message: expect.stringContaining('octo-org/tarrget: Access policy not found') as string }],
  })
  await expect(withRepository('${{ vars.TARGET }}')).rejects.toThrow(`Unrecognized named-value: 'vars'`)
})
