import { Client, type ClientOptions } from '../http/client.ts'
import { createIdentity, type Identity } from '../identity/id-token.ts'
import { userAgent } from './runner.ts'
import type { Step } from './step.ts'

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
