import { asActionError } from '../errors.ts'
import { systemClock } from '../http/clock.ts'
import { createRunner } from './runner.ts'
import { createStep, type Revokers, type Step } from './step.ts'

/**
 * Runs a step and ends the process, with 0 where the step succeeded. A process that ends in any other way has failed. The
 * step is told when the job is cancelled: the runner sends SIGINT, and SIGTERM 7.5 s later.
 */
export async function runStep(revokers: Revokers, run: (step: Step) => Promise<boolean>): Promise<void> {
  process.exitCode = 1
  const step = createStep(createRunner(), systemClock, revokers)
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, step.cancellation.cancel)
  const succeeded = await run(step).catch((error: unknown) => {
    // What the lifecycle itself could not handle: a fault of this action.
    step.runner.error(asActionError(error).text)
    return false
  })
  // Flushed, then ended: nothing that a server keeps open may hold the job up.
  process.stdout.write('', () => process.exit(succeeded ? 0 : 1))
}
