import { asActionError } from '../errors.ts'
import { systemClock } from '../http/clock.ts'
import { createRunner, type Runner } from './runner.ts'
import { createStep, type Revokers, type Step } from './step.ts'

/**
 * Runs a step and ends the process, with 0 if the step succeeded. A process that ends in any other way has failed. The
 * step is told when the job is cancelled: the runner sends SIGINT, and SIGTERM 7.5 s later.
 */
export async function runStep(revokers: Revokers, run: (step: Step) => Promise<boolean>): Promise<void> {
  process.exitCode = 1
  const step = createStep(createRunner(), systemClock, revokers)
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, step.cancellation.cancel)
  warnOfNodeDebug(step.runner)
  const succeeded = await run(step).catch((error: unknown) => {
    // What the lifecycle itself could not handle: a fault of this action.
    step.runner.error(asActionError(error).text)
    return false
  })
  // Flushed, then ended: nothing that a server keeps open may hold the job up.
  process.stdout.write('', () => process.exit(succeeded ? 0 : 1))
}

/** With these, Node prints what it sends and gets in hexadecimal digits, which no mask covers (Node.js, "util.debuglog"). */
const REVEALING = ['http', 'net', 'stream', 'tls']

/** Warns where Node itself would print secrets. */
export function warnOfNodeDebug({ environment, warning }: Pick<Runner, 'environment' | 'warning'>): void {
  const sections = (environment['NODE_DEBUG'] ?? '').toLowerCase().match(/[\w*]+/g) ?? []
  const patterns = sections.map((section) => new RegExp(`^${section.replaceAll('*', '.*')}$`))
  if (!REVEALING.some((name) => patterns.some((pattern) => pattern.test(name)))) return
  warning('NODE_DEBUG is set: Node.js may print tokens and secrets to the log in a form that is not masked. Unset it.')
}
