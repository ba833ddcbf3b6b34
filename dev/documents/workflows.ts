import { parseDocument } from 'yaml'
import { actionOf, readActions, type ActionMetadata } from './actions.ts'
import { fencesOf, readDocuments, sideOf, type Fence } from './fences.ts'

/** A step, as far as the checks look at it. */
export interface Step {
  readonly id?: string
  readonly name?: string
  readonly if?: string | boolean
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, unknown>>
}

type Permissions = string | Readonly<Record<string, string>>

/** A job, as far as the checks look at it. */
export interface Job {
  readonly permissions?: Permissions
  readonly environment?: string | { readonly name: string }
  readonly env?: Readonly<Record<string, unknown>>
  readonly steps?: readonly Step[]
}

/** A workflow, as far as the checks look at it. */
export interface Workflow {
  readonly permissions?: Permissions
  readonly env?: Readonly<Record<string, unknown>>
  readonly jobs: Readonly<Record<string, Job>>
}

/** A workflow of a document: given whole, or as steps or as a job around which the rest was put. */
export interface WorkflowExample {
  readonly file: string
  /** Line of the first line of `text` in `file`, from 1; smaller than the fence's where lines were put before it. */
  readonly line: number
  /** The whole workflow. */
  readonly text: string
  readonly workflow: Workflow
  /** The steps that use an action of this repository. */
  readonly actionSteps: readonly ActionStep[]
}

/** A step of an example that uses an action of this repository. */
export interface ActionStep {
  readonly job: string
  /** Place among the job's steps, from 0. */
  readonly index: number
  readonly step: Step
  readonly action: ActionMetadata
}

const EVENTS = 'on: [push, pull_request, workflow_dispatch]'
const AROUND_JOB = [EVENTS, 'permissions: {}', 'jobs:', '  example:']
const RUNNER = '    runs-on: ubuntu-latest'
const PERMISSIONS = '    permissions: { contents: read, id-token: write }'
const AROUND_STEPS = [...AROUND_JOB, RUNNER, PERMISSIONS, '    steps:']

/**
 * The workflow that a YAML fence shows. Steps, also those of a composite action, single jobs and jobs without events are made whole; anything else, e.g. a
 * policy file, is no workflow.
 *
 * @throws Error where the YAML cannot be read, or a step uses an action of this repository that does not exist
 */
export function workflowOf(fence: Fence, actions: readonly ActionMetadata[]): WorkflowExample | undefined {
  const content = readYaml(fence)
  if (isComposite(content)) return workflowOf(stepsOf(fence), actions)
  const [around, indentation] = placeOf(content)
  if (around === undefined) return undefined
  const inner = fence.text.replace(/^(?=.)/gm, ' '.repeat(indentation))
  const text = [...around, inner].join('\n')
  const workflow = parseDocument(text).toJS() as Workflow
  return {
    file: fence.file,
    line: fence.line - around.length,
    text,
    workflow,
    actionSteps: actionSteps(workflow, actions),
  }
}

/** Every workflow in the documents of the repository; of a diff, what it leads to. */
export function workflowExamples(): WorkflowExample[] {
  const actions = readActions()
  return readDocuments()
    .flatMap(fencesOf)
    .map((fence) => (fence.language === 'diff' ? sideOf(fence, '+') : fence))
    .filter(({ language }) => isYaml(language))
    .flatMap((fence) => workflowOf(fence, actions) ?? [])
}

/** Whether a fence's language is YAML. */
export function isYaml(language: string): boolean {
  return language === 'yaml' || language === 'yml'
}

/** Reads the YAML of a fence. @throws Error with place and reason */
export function readYaml(fence: Fence): unknown {
  const document = parseDocument(fence.text)
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) throw new Error(`${fence.file}:${fence.line}: ${problem.message}`)
  return document.toJS()
}

/** Whether it is the `action.yml` of a composite action. */
function isComposite(content: unknown): boolean {
  const { runs } = (content ?? {}) as { runs?: { using?: string } }
  return runs?.using === 'composite'
}

/** The steps of a composite action, which end its `action.yml`. */
function stepsOf(fence: Fence): Fence {
  const lines = fence.text.split('\n')
  const first = lines.indexOf('  steps:') + 1
  if (first === 0) throw new Error(`${fence.file}:${fence.line}: there is no line with two blanks and steps:`)
  return { ...fence, line: fence.line + first, text: lines.slice(first).join('\n').replace(/^ {4}/gm, '') }
}

/** The lines to put before the text to make it a workflow, and how far to indent the text. */
function placeOf(content: unknown): [around: string[] | undefined, indentation: number] {
  if (Array.isArray(content)) {
    const steps = content.every(
      (item) => typeof item === 'object' && item !== null && ('uses' in item || 'run' in item),
    )
    return steps && content.length > 0 ? [AROUND_STEPS, 6] : [undefined, 0]
  }
  if (typeof content !== 'object' || content === null) return [undefined, 0]
  if ('jobs' in content) return ['on' in content ? [] : [EVENTS], 0]
  if (!('steps' in content)) return [undefined, 0]
  const missing = [...('runs-on' in content ? [] : [RUNNER]), ...('permissions' in content ? [] : [PERMISSIONS])]
  return [[...AROUND_JOB, ...missing], 4]
}

/** The steps of a workflow that use an action of this repository. */
export function actionSteps(workflow: Workflow, actions: readonly ActionMetadata[]): ActionStep[] {
  return Object.entries(workflow.jobs).flatMap(([job, { steps = [] }]) =>
    steps.flatMap((step, index) => {
      const action = step.uses === undefined ? undefined : actionOf(step.uses, actions)
      return action === undefined ? [] : [{ job, index, step, action }]
    }),
  )
}

/** The outputs of a step that anything in its job refers to. */
export function outputsOf(id: string, job: object): string[] {
  const references = new RegExp(String.raw`\bsteps\.${id}\.outputs(?:\.|\[')([\w-]+)`, 'g')
  return [...new Set([...JSON.stringify(job).matchAll(references)].map(([, output]) => output!))]
}
