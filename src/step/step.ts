import type { Revoker } from '../exchange.ts'
import { Client, type ClientOptions } from '../http/client.ts'
import type { Clock } from '../http/clock.ts'
import { createIdentity, type Identity } from '../identity/id-token.ts'
import { createCancellation, type Cancellation } from './cancellation.ts'
import { createSecrets, type Secrets } from './masking.ts'
import { userAgent, type Runner } from './runner.ts'

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

/** The client of a step, whose time begins here, and the identity of the job, which uses it. */
export function connect(
  { runner, clock, secrets }: Step,
  limits: Pick<ClientOptions, 'limitMs' | 'limit' | 'signal' | 'patience'>,
): { client: Client; identity: Identity } {
  const { environment, debug } = runner
  const client = new Client({ clock, secrets, debug, userAgent: userAgent(environment), ...limits })
  const { mask } = secrets
  const identity = createIdentity({ environment, client, monotonic: clock.monotonic, mask })
  return { client, identity }
}
