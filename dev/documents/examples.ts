import { isNode, LineCounter, parseDocument } from 'yaml'
import type { Identity } from '../fakes/identity.ts'
import { allSystems, hostOf } from '../systems/system.ts'
import { createWorld, type World } from '../world.ts'
import type { ActionMetadata } from './actions.ts'
import { outputsOf, workflowExamples, type ActionStep, type WorkflowExample } from './workflows.ts'

/** A step of a document that uses an action of this repository, with what the workflow around it says of it. */
export interface StepExample {
  /** The document, from the repository. */
  readonly file: string
  /** Where the step begins in the document, from 1. */
  readonly line: number
  /** As written. */
  readonly uses: string
  readonly action: ActionMetadata
  /** As written; `undefined` where the step always runs. */
  readonly condition: string | undefined
  /** As written under `with:`. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** As written under `env:` of the workflow, the job and the step, in this order. */
  readonly env: readonly Readonly<Record<string, unknown>>[]
  /** The environment of the job. */
  readonly environment: string | undefined
  /** Names of the step's outputs that its job uses. */
  readonly usedOutputs: readonly string[]
}

/** Every step in the documents of the repository that uses one of its actions. */
export function stepExamples(): StepExample[] {
  return workflowExamples().flatMap((example) =>
    example.actionSteps.map((actionStep) => stepExample(example, actionStep)),
  )
}

function stepExample(example: WorkflowExample, { job: name, index, step, action }: ActionStep): StepExample {
  const job = example.workflow.jobs[name]!
  const { environment } = job
  return {
    file: example.file,
    line: example.line + lineOf(example.text, ['jobs', name, 'steps', index]) - 1,
    uses: step.uses!,
    action,
    condition: step.if === undefined ? undefined : String(step.if),
    inputs: step.with ?? {},
    env: [example.workflow.env ?? {}, job.env ?? {}, step.env ?? {}],
    environment: typeof environment === 'object' ? environment.name : environment,
    usedOutputs: step.id === undefined ? [] : outputsOf(step.id, job),
  }
}

/** Where the pages say that a company has put the certificate of its own authority. */
export const AUTHORITY_FILE = '/etc/ssl/certs/corporate-ca.pem'

const systems = Object.values(await allSystems())

/**
 * The system of an action as the pages have it: served by TLS under the very names on the page, which only a proxy
 * knows.
 *
 * @param folder of the action
 * @param inputs `with:` of the example
 */
export async function exampleWorld(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  identity: Identity,
): Promise<World> {
  const system = systems.find(({ action }) => action === (folder || '.'))
  if (system === undefined) throw new Error(`no file in dev/systems is for the action ${folder}`)
  const example = system.example?.(inputs, identity)
  const world = await createWorld(system, {
    ...(example?.variant !== undefined && { variant: example.variant }),
    hosts: (role) => example?.hosts?.[role] ?? hostOf(system, role),
    identity,
  })
  example?.prepare?.(world.setup)
  return world
}

/** The line at which a node of a YAML text begins, from 1. */
function lineOf(text: string, path: readonly (string | number)[]): number {
  const lines = new LineCounter()
  const node = parseDocument(text, { lineCounter: lines }).getIn(path, true)
  if (!isNode(node) || !node.range) throw new Error(`there is nothing at ${path.join('.')}`)
  return lines.linePos(node.range[0]).line
}
