import { fault } from '../../../dev/fakes/faults.ts'
import { system, type OAuthTokenSetup } from '../../../dev/systems/oauth-token.ts'
import type { World } from '../../../dev/world.ts'
import { oauthToken } from '../../../src/exchanges/oauth-token/exchange.ts'
import { opening, runPost, stepsOf, withoutPort, type Ran, type StepOptions } from '../in-process.ts'

export type OAuthWorld = World<OAuthTokenSetup>

export const open = opening(system)
/** A Keycloak whose client has a secret. */
export const openAsUser = (): Promise<OAuthWorld> => open({ variant: 'jwt-bearer' })
export const openDex = (): Promise<OAuthWorld> => open({ variant: 'token-exchange' })

export const { run, refusal } = stepsOf(oauthToken, 'oauth-token')

/** What the server of a world was asked, without its post step's requests. */
export function asked({ server, setup }: OAuthWorld): URLSearchParams[] {
  return server(setup.exchangeRole).requests.map(({ body }) => new URLSearchParams(body))
}

/** The next answer of the server says this instead of, or in addition to, what it says. */
export function say({ server, setup }: OAuthWorld, members: Readonly<Record<string, unknown>>): void {
  server(setup.exchangeRole).faults.push(
    fault.alter((reply) => ({ ...reply, body: { ...(reply.body as object), ...members } })),
  )
}

/** Runs the post step after a main step, in this process. */
export async function post(world: OAuthWorld, main: Ran, options: StepOptions = {}): Promise<Ran> {
  const ran = await runPost(world, 'oauth-token', main, options)
  return { ...ran, infos: ran.infos.map(withoutPort), warnings: ran.warnings.map(withoutPort) }
}
