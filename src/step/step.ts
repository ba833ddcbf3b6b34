import type { Revoker } from '../exchange.ts'
import type { Clock } from '../http/clock.ts'
import { createCancellation, type Cancellation } from './cancellation.ts'
import { createSecrets, type Secrets } from './masking.ts'
import type { Runner } from './runner.ts'

/** What loads the revoker of each issuer. */
export type Revokers = Readonly<Record<string, () => Promise<Revoker>>>

/** What serves all parts of a step. */
export interface Step {
  readonly runner: Runner
  readonly clock: Clock
  readonly revokers: Revokers
  readonly secrets: Secrets
  readonly cancellation: Cancellation
}

export function createStep(runner: Runner, clock: Clock, revokers: Revokers): Step {
  const secrets = createSecrets(runner.mask)
  return { runner, clock, revokers, secrets, cancellation: createCancellation(clock) }
}
