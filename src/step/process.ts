import { asActionError } from '../errors.ts'
import { systemClock, type Clock } from '../http/clock.ts'
import { createCancellation, type Cancellation } from './cancellation.ts'
import { createRunner, type Runner } from './runner.ts'

/**
 * Runs a step and ends the process, with 0 where the step succeeded. A process that ends in any other way has failed.
 *
 * @param step is told when the job is cancelled: the runner sends SIGINT, and SIGTERM 7.5 s later
 */
export async function runStep(
  step: (runner: Runner, clock: Clock, cancellation: Cancellation) => Promise<boolean>,
): Promise<void> {
  process.exitCode = 1
  const cancellation = createCancellation(systemClock)
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, cancellation.cancel)
  const runner = createRunner()
  const code = (await step(runner, systemClock, cancellation).catch((error: unknown) => {
    // What the lifecycle itself could not handle: a fault of this action.
    const { message, hint } = asActionError(error)
    runner.error(`${message} ${hint}`)
    return false
  }))
    ? 0
    : 1
  // Flushed, then ended: nothing that a server keeps open may hold the job up.
  process.stdout.write('', () => process.exit(code))
}
